# Columns to bytes of ClickHouse's format Native, byte for byte as its Python client writes them.
#
# A column's values stand in a list, or are a field of each of its records, or a part of each item of such a field. What is
# not of exactly the types meant is left to the client.

cdef enum Kind:
    WORDS, FEW_WORDS, FLAG, NUMBER_1, NUMBER_4, NUMBER_8, WORD_MAP


KINDS = {
    "words": WORDS, "few_words": FEW_WORDS, "flag": FLAG, "number_1": NUMBER_1, "number_4": NUMBER_4,
    "number_8": NUMBER_8, "word_map": WORD_MAP,
}

cdef enum:
    STRIP = 64

cdef uint64_t LOW_VERSION = 1
"""How a column of few different values is written: the one way there is."""
cdef uint64_t NEW_DICTIONARY = 1 << 9 | 1 << 10


# `lists`: behind which item each row's end. `nulls`: which items are none, or the places of texts of which few are different.
cdef struct Buffers:
    Out lists
    Out nulls
    Out values


cdef class ColumnBytes:
    """A column under way."""

    cdef Buffers into
    cdef uint64_t items
    cdef dict places
    cdef list words
    cdef object last
    cdef uint32_t last_place
    cdef bint is_right

    def __cinit__(self):
        _begin(&self.into.lists)
        _begin(&self.into.nulls)
        _begin(&self.into.values)
        self.items, self.last, self.last_place, self.is_right = 0, None, 0, True
        self.places, self.words = {}, []

    def __dealloc__(self):
        _end(&self.into.lists)
        _end(&self.into.nulls)
        _end(&self.into.values)


cdef class ColumnWriter:
    """Writes columns of one type."""

    cdef Kind kind
    cdef bint is_list, is_nullable, is_blank_nothing, is_unset_nothing
    cdef int64_t low, high
    cdef object field, part

    def __init__(self, plan):
        self.kind = KINDS[plan.kind]
        self.is_list, self.is_nullable, self.is_blank_nothing = plan.is_list, plan.is_nullable, plan.is_blank_nothing
        self.is_unset_nothing = plan.is_unset_nothing
        self.low, self.high, self.field, self.part = plan.low, plan.high, plan.field, plan.part

    def write(self, values):
        """The bytes of a column of these values, or none where one is not plainly right."""
        cdef ColumnBytes made = ColumnBytes()
        cdef list rows = list(values)
        return _finished(self, made) if _add(self, rows, 0, len(rows), None, made) else None


def write_fields(writers, records):
    """The bytes of columns that are fields of records, or none for a column where a value is not plainly right.

    A few records after the other: what belongs to one lies in a processor's cache by then, and all of a block do not fit.
    """
    cdef list rows = list(records), wanted = list(writers), made = [ColumnBytes() for _ in wanted]
    cdef Py_ssize_t first, last, place
    cdef ColumnWriter writer
    cdef ColumnBytes column
    for first in range(0, len(rows), STRIP):
        last = min(first + STRIP, len(rows))
        for place in range(len(wanted)):
            writer, column = wanted[place], made[place]
            if column.is_right:
                column.is_right = _add(writer, rows, first, last, writer.field, column)
    return [_finished(writer, column) if column.is_right else None for writer, column in zip(wanted, made)]


cdef void _begin(Out *out) noexcept:
    out.data, out.size, out.room = out.small, 0, SMALL_BYTES


cdef void _end(Out *out) noexcept:
    if out.data != out.small:
        free(out.data)


cdef bint _add(
    ColumnWriter writer, list rows, Py_ssize_t first, Py_ssize_t last, object field, ColumnBytes made
) except -1:
    """Whether what these rows have in a column was of the types meant, and is written."""
    cdef Py_ssize_t place
    for place in range(first, last):
        row = <object>PyList_GET_ITEM(rows, place)
        value = row if field is None else _attribute(row, field)
        if writer.kind == WORD_MAP:
            if not _map_items(value, made):
                return False
        elif writer.is_list:
            if not _list_items(writer, value, made):
                return False
        elif not _item(writer, value, made):
            return False
        if writer.is_list or writer.kind == WORD_MAP:
            _put_fixed(&made.into.lists, made.items, 8)
    return True


cdef object _finished(ColumnWriter writer, ColumnBytes made):
    cdef Buffers *into = &made.into
    if writer.kind != FEW_WORDS and writer.kind != WORD_MAP:
        return b"".join([_bytes_of(&into.lists), _bytes_of(&into.nulls), _bytes_of(&into.values)])
    low = _low_bytes(made) if made.words else []
    if low is None:
        return None
    return b"".join([_number_bytes(LOW_VERSION), _bytes_of(&into.lists), *low, _bytes_of(&into.values)])


cdef bint _list_items(ColumnWriter writer, object value, ColumnBytes made) except -1:
    """Whether the items of a row were of the types meant, and are written."""
    if type(value) is not tuple and type(value) is not list:
        return False
    for item in value:
        if not _item(writer, item if writer.part is None else _attribute(item, writer.part), made):
            return False
        made.items += 1
    return True


cdef bint _map_items(object value, ColumnBytes made) except -1:
    if type(value) is not dict:
        return False
    for name, text in (<dict>value).items():
        if not _put_place(name, made) or not _put_words(text, &made.into.values):
            return False
        made.items += 1
    return True


cdef bint _item(ColumnWriter writer, object value, ColumnBytes made) except -1:
    cdef Buffers *into = &made.into
    cdef int overflow = 0
    cdef int64_t number = 0
    if value is None and writer.is_blank_nothing:
        value = ""
    if writer.kind == WORDS and not writer.is_nullable:
        return _put_words(value, &into.values)
    if writer.kind == FEW_WORDS:
        return _put_place(value, made)
    if writer.is_nullable:
        if value is UNSET and writer.is_unset_nothing:
            value = None
        _put_byte(&into.nulls, value is None)
        if value is None:
            value = "" if writer.kind == WORDS else False if writer.kind == FLAG else 0
    if writer.kind == WORDS:
        return _put_words(value, &into.values)
    if writer.kind == FLAG:
        return (value is True or value is False) and _put_byte(&into.values, value is True)
    if type(value) is not int:
        return False
    number = PyLong_AsLongLongAndOverflow(value, &overflow)
    if overflow or number < writer.low or number > writer.high:
        return False
    return _put_fixed(&into.values, <uint64_t>number, 1 if writer.kind == NUMBER_1 else 4 if writer.kind == NUMBER_4 else 8)


cdef object _attribute(object owner, object name):
    """An attribute; where there is none, what no column takes."""
    cdef PyObject *found = PyObject_GetAttr(owner, name)
    if found is NULL:
        PyErr_Clear()
        return LEFT
    value = <object>found
    Py_XDECREF(found)
    return value


cdef bint _put_place(object text, ColumnBytes made) except -1:
    """Note a text of which few are different, by its place among those, in four bytes."""
    if text is not made.last or text is None:
        if type(text) is not str:
            return False
        place = made.places.get(text)
        if place is None:
            place = made.places[text] = len(made.words)
            made.words.append(text)
        made.last, made.last_place = text, place
    memcpy(_more(&made.into.nulls, 4), &made.last_place, 4)
    made.into.nulls.size += 4
    return True


cdef object _low_bytes(ColumnBytes made):
    """The different texts and the places, each as wide as there are texts."""
    cdef Py_ssize_t count = len(made.words), size = 1, shown = 0, place
    cdef Py_ssize_t items = made.into.nulls.size // 4
    cdef uint32_t *places = <uint32_t *>made.into.nulls.data
    cdef Out words, keys
    if count >= 1 << 24:
        return None
    if count >= 1 << 8:
        size, shown = (2, 1) if count < 1 << 16 else (4, 2)
    _begin(&words)
    _begin(&keys)
    try:
        for text in made.words:
            if not _put_words(text, &words):
                return None
        for place in range(items):
            _put_fixed(&keys, places[place], size)
        return [_number_bytes(NEW_DICTIONARY | <uint64_t>shown), _number_bytes(count), _bytes_of(&words),
                _number_bytes(items), _bytes_of(&keys)]
    finally:
        _end(&words)
        _end(&keys)


cdef bint _put_words(object text, Out *out) except -1:
    """A text in UTF-8 behind its length."""
    cdef PyObject *encoded
    if type(text) is not str:
        return False
    if PyUnicode_IS_COMPACT_ASCII(text):
        _put_length(out, PyUnicode_GET_LENGTH(text))
        return _put(out, <const uint8_t *>PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text))
    encoded = PyUnicode_AsUTF8String(text)
    if encoded is NULL:
        PyErr_Clear()
        return False
    data = <object>encoded
    Py_XDECREF(encoded)
    _put_length(out, PyBytes_GET_SIZE(data))
    return _put(out, <const uint8_t *>PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))


cdef bint _put_length(Out *out, Py_ssize_t length) except False:
    cdef uint8_t *place = _more(out, 10)
    while length > 127:
        place[0] = <uint8_t>(length & 127 | 128)
        place += 1
        length >>= 7
    place[0] = <uint8_t>length
    out.size = place + 1 - out.data
    return True


cdef bint _put_fixed(Out *out, uint64_t number, Py_ssize_t size) except False:
    """So many bytes of a number, the lowest first, on whatever machine."""
    cdef uint8_t *place = _more(out, size)
    cdef Py_ssize_t at
    for at in range(size):
        place[at] = <uint8_t>(number >> 8 * at)
    out.size += size
    return True


cdef bytes _number_bytes(uint64_t number):
    return int(number).to_bytes(8, "little")


cdef bytes _bytes_of(Out *out):
    return PyBytes_FromStringAndSize(<const char *>out.data, out.size)
