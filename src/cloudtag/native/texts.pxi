# Texts that were read before. Of most fields a record says what an earlier one said: whose it is, the shop, the courier.
# What is found here again is one object for all records that say it, and was looked at already: it is as long as it may
# be, and spelt as it must be.

cdef extern from *:
    """
    #define cloudtag_length(text) PyUnicode_GET_LENGTH(text)
    #define cloudtag_letters(text) PyUnicode_DATA(text)
    """
    Py_ssize_t cloudtag_length(PyObject *text) noexcept
    void *cloudtag_letters(PyObject *text) noexcept


cdef enum:
    TEXTS = 512
    LONGEST_HELD = 64
    TRIES = 4096
    ONE_IN = 8


@final
cdef class Texts:
    """The latest texts of one field, each in the place that its bytes give. Where hardly any comes again, as of ids of
    events, none is held any more."""

    cdef PyObject *held[TEXTS]
    cdef uint32_t tries, found
    cdef bint is_given_up

    def __cinit__(self):
        memset(self.held, 0, sizeof(self.held))
        self.tries = self.found = 0
        self.is_given_up = False

    def __dealloc__(self):
        self.drop()

    cdef void drop(self) noexcept:
        cdef int place
        for place in range(TEXTS):
            Py_XDECREF(self.held[place])
            self.held[place] = NULL

    cdef inline bint may_hold(self, Py_ssize_t size) noexcept:
        return not self.is_given_up and 0 < size <= LONGEST_HELD

    cdef inline PyObject *known(self, const uint8_t *data, Py_ssize_t size, Py_ssize_t place) noexcept:
        """The text of those bytes, if it is held in that place; borrowed."""
        cdef PyObject *text = self.held[place]
        self.tries += 1
        if text is NULL or cloudtag_length(text) != size or memcmp(cloudtag_letters(text), data, size):
            return NULL
        self.found += 1
        return text

    cdef inline void hold(self, object text, Py_ssize_t size, Py_ssize_t place) noexcept:
        """Hold a text of so many bytes, if its bytes are as many letters."""
        cdef PyObject *before = self.held[place]
        if self.tries >= TRIES:
            self.is_given_up = self.found < TRIES // ONE_IN
            self.tries = self.found = 0
            if self.is_given_up:
                self.drop()
                return
        if not PyUnicode_IS_COMPACT_ASCII(text) or PyUnicode_GET_LENGTH(text) != size:
            return
        Py_INCREF(text)
        self.held[place] = <PyObject *>text
        Py_XDECREF(before)


cdef inline Py_ssize_t _place_of(const uint8_t *data, Py_ssize_t size) noexcept:
    """Where a text is held: by its first bytes, its last and those between."""
    cdef uint64_t first = 0, middle = 0, last = 0, mixed
    if size >= 8:
        memcpy(&first, data, 8)
        memcpy(&middle, data + (size >> 1) - 4, 8)
        memcpy(&last, data + size - 8, 8)
    else:
        memcpy(&first, data, size)
    mixed = (first + <uint64_t>size) * <uint64_t>0x9E3779B97F4A7C15
    mixed = ((mixed ^ mixed >> 32) + middle) * <uint64_t>0xBF58476D1CE4E5B9
    mixed = ((mixed ^ mixed >> 29) + last) * <uint64_t>0x94D049BB133111EB
    return <Py_ssize_t>(mixed >> 40) & (TEXTS - 1)
