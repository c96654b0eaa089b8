# Bytes of Avro to the contract's structs, by a plan that cloudtag.wire.reading_plan makes of a schema and a struct.
#
# Each read looks first whether the bytes are there. A plan is a finite tree, so the depth is that of the schema; an
# array never holds more items than there are bytes, nor more than its bound.

cdef enum:
    MOST_FIELDS = 64

cdef enum Op:
    LONG
    BOOLEAN
    TEXT
    BYTES
    ENUM
    ARRAY
    MAP
    RECORD

OPS = {"long": LONG, "boolean": BOOLEAN, "text": TEXT, "bytes": BYTES, "enum": ENUM, "array": ARRAY, "map": MAP,
       "record": RECORD}

cdef object LEFT = object()
"""Stands for a value that is left to the pure code."""


cdef struct Source:
    const uint8_t *data
    Py_ssize_t place
    Py_ssize_t end


cdef class Node:
    """How one value is read: what a plan says, in the types of C."""

    cdef Op op
    cdef bint is_nullable, is_sized, is_blank_nothing
    cdef object nothing, kind, matches
    cdef int64_t low, high
    cdef Py_ssize_t shortest, longest
    cdef tuple symbols, nodes, start, names
    cdef Node items
    cdef Texts texts
    cdef Py_ssize_t slots[MOST_FIELDS]

    def __init__(self, plan):
        self.op = OPS[plan.op]
        self.is_nullable, self.is_sized, self.is_blank_nothing = plan.is_nullable, plan.is_sized, plan.is_blank_nothing
        self.nothing, self.kind, self.matches = plan.nothing, plan.struct, plan.matches
        self.low, self.high, self.shortest, self.longest = plan.low, plan.high, plan.shortest, plan.longest
        self.symbols, self.start, self.names = plan.symbols, plan.start, plan.names
        self.items = None if plan.items is None else Node(plan.items)
        self.texts = Texts() if self.op == TEXT else None
        self.nodes = tuple([Node(node) for _, node in plan.fields])
        if len(self.start) > MOST_FIELDS or len(self.nodes) > MOST_FIELDS:
            raise ValueError(f"{self.kind}: more than {MOST_FIELDS} fields")
        if self.names is not None and len(self.names) != len(self.start):
            raise ValueError(f"{self.kind}: a name for each field, or none")
        for place, (slot, _) in enumerate(plan.fields):
            if not -1 <= slot < len(self.start):
                raise ValueError(f"{self.kind}: no field is at {slot}")
            self.slots[place] = slot


cdef class Reader:
    """Reads the records of one schema as structs of one kind."""

    cdef Node root
    cdef object otherwise

    def __init__(self, plan, otherwise):
        self.root = Node(plan)
        self.otherwise = otherwise

    def read(self, data, Py_ssize_t start):
        """The record whose body starts there; what `otherwise` makes of the same where it is not plainly right."""
        cdef Source source
        if PyBytes_CheckExact(data) and 0 <= start <= PyBytes_GET_SIZE(data):
            source.data = <const uint8_t *>PyBytes_AS_STRING(data)
            source.place = start
            source.end = PyBytes_GET_SIZE(data)
            record = _record(self.root, &source)
            if record is not LEFT and source.place == source.end:
                return record
        return self.otherwise(data, start)


cdef inline bint _number(Source *source, uint64_t *into) noexcept:
    """A number of up to ten bytes, zigzagged still; whether there is one of at most 64 bits."""
    cdef uint64_t number = 0
    cdef int shift = 0
    cdef uint8_t byte
    while source.place < source.end:
        byte = source.data[source.place]
        source.place += 1
        if shift == 63 and byte > 1:
            return False
        number |= <uint64_t>(byte & 127) << shift
        if byte < 128:
            into[0] = number
            return True
        shift += 7
    return False


cdef inline int64_t _signed(uint64_t number) noexcept:
    return <int64_t>((number >> 1) ^ (~(number & 1) + 1))


cdef inline Py_ssize_t _length(Source *source) noexcept:
    """How many bytes follow, all of which are there; -1 where they are not."""
    cdef uint64_t number
    if not _number(source, &number) or number & 1 or number >> 1 > <uint64_t>(source.end - source.place):
        return -1
    return <Py_ssize_t>(number >> 1)


cdef object _value(Node node, Source *source):
    cdef uint8_t byte
    cdef uint64_t number
    cdef int64_t signed
    if node.is_nullable:
        if source.place >= source.end:
            return LEFT
        byte = source.data[source.place]
        source.place += 1
        if byte == 0:
            return node.nothing
        if byte != 2:
            return LEFT
    if node.op == TEXT:
        return _text(node, source)
    if node.op == LONG:
        if not _number(source, &number):
            return LEFT
        signed = _signed(number)
        return signed if node.low <= signed <= node.high else LEFT
    if node.op == BOOLEAN:
        if source.place >= source.end or source.data[source.place] > 1:
            return LEFT
        source.place += 1
        return source.data[source.place - 1] == 1
    if node.op == ENUM:
        return _symbol(node, source)
    if node.op == ARRAY:
        return _array(node, source)
    if node.op == RECORD:
        return _record(node, source)
    return _bytes(node, source) if node.op == BYTES else _map(node, source)


cdef object _text(Node node, Source *source):
    cdef Py_ssize_t size = _length(source), place = -1
    cdef PyObject *made
    if size < 0:
        return LEFT
    if size == 0 and node.is_blank_nothing:
        return node.nothing
    if node.texts.may_hold(size):
        place = _place_of(source.data + source.place, size)
        made = node.texts.known(source.data + source.place, size, place)
        if made is not NULL:
            source.place += size
            return <object>made
    made = PyUnicode_DecodeUTF8(<const char *>source.data + source.place, size, NULL)
    if made is NULL:
        PyErr_Clear()
        return LEFT
    source.place += size
    text = <object>made
    Py_XDECREF(made)
    if not node.shortest <= PyUnicode_GET_LENGTH(text) <= node.longest:
        return LEFT
    if node.matches is not None and node.matches(text) is None:
        return LEFT
    if place >= 0:
        node.texts.hold(text, size, place)
    return text


cdef object _bytes(Node node, Source *source):
    cdef Py_ssize_t size = _length(source)
    if size < 0 or not node.shortest <= size <= node.longest:
        return LEFT
    source.place += size
    return PyBytes_FromStringAndSize(<const char *>source.data + source.place - size, size)


cdef object _symbol(Node node, Source *source):
    cdef uint8_t byte
    if source.place >= source.end:
        return LEFT
    byte = source.data[source.place]
    source.place += 1
    if byte & 1 or byte >> 1 >= PyTuple_GET_SIZE(node.symbols):
        return LEFT
    return <object>PyTuple_GET_ITEM(node.symbols, byte >> 1)


cdef Py_ssize_t _block(Node node, Source *source) noexcept:
    """How many items come now, 0 at the end; -1 where it cannot be so many."""
    cdef uint64_t number, size
    if not _number(source, &number):
        return -1
    if number & 1:
        # A negative count is followed by the block's size in bytes, which only those who skip it need.
        if not node.is_sized or not _number(source, &size):
            return -1
        number = (number >> 1) + 1
    else:
        number >>= 1
    # Every item takes a byte at least.
    return -1 if number > <uint64_t>(source.end - source.place) else <Py_ssize_t>number


cdef object _array(Node node, Source *source):
    cdef Py_ssize_t count = _block(node, source)
    cdef list found
    if count == 0:
        return () if node.shortest == 0 else LEFT
    found = []
    while count > 0:
        if count > node.longest - len(found):
            return LEFT
        for _ in range(count):
            item = _value(node.items, source)
            if item is LEFT:
                return LEFT
            found.append(item)
        count = _block(node, source)
    return LEFT if count < 0 or len(found) < node.shortest else tuple(found)


cdef object _map(Node node, Source *source):
    cdef dict found = {}
    cdef Py_ssize_t count = _block(node, source)
    while count > 0:
        for _ in range(count):
            key = _text(node.items, source)
            value = LEFT if key is LEFT else _text(node.items, source)
            if value is LEFT:
                return LEFT
            found[key] = value
        count = _block(node, source)
    return LEFT if count < 0 else found


cdef object _record(Node node, Source *source):
    cdef PyObject *values[MOST_FIELDS]
    cdef PyObject *made = NULL
    cdef Py_ssize_t count = PyTuple_GET_SIZE(node.start), place
    memset(values, 0, count * sizeof(PyObject *))
    try:
        if _filled(node, source, values):
            made = _made(node, values, count)
    finally:
        for place in range(count):
            Py_XDECREF(values[place])
    if made is NULL:
        return LEFT
    record = <object>made
    Py_XDECREF(made)
    return record


cdef bint _filled(Node node, Source *source, PyObject **values) except -1:
    """Whether every field could be read; the values are then where the struct has them, each with a count of one."""
    cdef Py_ssize_t place, slot
    for place in range(PyTuple_GET_SIZE(node.nodes)):
        value = _value(<Node>PyTuple_GET_ITEM(node.nodes, place), source)
        if value is LEFT:
            return False
        slot = node.slots[place]
        if slot >= 0 and values[slot] is NULL:
            Py_INCREF(value)
            values[slot] = <PyObject *>value
    return True


cdef PyObject *_made(Node node, PyObject **values, Py_ssize_t count):
    """A struct of its fields' values, and of what stands for those that the schema does not have."""
    cdef PyObject *made
    cdef Py_ssize_t place
    for place in range(count):
        if values[place] is NULL:
            value = <object>PyTuple_GET_ITEM(node.start, place)
            Py_INCREF(value)
            values[place] = <PyObject *>value
    if node.names is None:
        made = PyObject_Vectorcall(<PyObject *>node.kind, values, count, NULL)
    else:
        made = PyObject_Vectorcall(<PyObject *>node.kind, values, 0, <PyObject *>node.names)
    if made is NULL:
        PyErr_Clear()
    return made
