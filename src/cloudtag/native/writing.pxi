# Structs to bytes of Avro, by a plan that cloudtag.wire.writing_plan makes of a schema.
#
# Only values of exactly the types meant are written. No code of others runs in between, but for what it takes to get
# an attribute.

cdef enum:
    SMALL_BYTES = 2048


cdef struct Out:
    uint8_t *data
    Py_ssize_t size
    Py_ssize_t room
    uint8_t small[SMALL_BYTES]


cdef class WrittenNode:
    """How one value is written."""

    cdef Op op
    cdef bint is_nullable, is_unsaid
    cdef dict symbols
    cdef tuple names, nodes
    cdef WrittenNode items

    def __init__(self, plan):
        self.op = OPS[plan.op]
        self.is_nullable, self.is_unsaid, self.symbols = plan.is_nullable, plan.is_unsaid, plan.symbols
        self.names = tuple([name for name, _ in plan.fields])
        self.nodes = tuple([WrittenNode(node) for _, node in plan.fields])
        self.items = None if plan.items is None else WrittenNode(plan.items)


cdef class Writer:
    """Writes structs by one schema."""

    cdef WrittenNode root
    cdef object otherwise

    def __init__(self, plan, otherwise):
        self.root = WrittenNode(plan)
        self.otherwise = otherwise

    def write(self, head, record):
        """The bytes of a record behind a head; what `otherwise` makes of the same where it is not plainly right."""
        cdef Out out
        out.data, out.size, out.room = out.small, 0, SMALL_BYTES
        written = None
        try:
            if PyBytes_CheckExact(head):
                _put(&out, <const uint8_t *>PyBytes_AS_STRING(head), PyBytes_GET_SIZE(head))
                if _write_record(self.root, record, &out):
                    written = PyBytes_FromStringAndSize(<const char *>out.data, out.size)
        finally:
            if out.data != out.small:
                free(out.data)
        return self.otherwise(head, record) if written is None else written


cdef uint8_t *_more(Out *out, Py_ssize_t count) except NULL:
    """Room for so many bytes behind those that are there."""
    cdef Py_ssize_t room
    cdef uint8_t *data
    if count > out.room - out.size:
        room = 2 * out.room + count
        data = <uint8_t *>malloc(room)
        if data == NULL:
            raise MemoryError()
        memcpy(data, out.data, out.size)
        if out.data != out.small:
            free(out.data)
        out.data, out.room = data, room
    return out.data + out.size


cdef bint _put(Out *out, const uint8_t *data, Py_ssize_t count) except False:
    memcpy(_more(out, count), data, count)
    out.size += count
    return True


cdef bint _put_number(Out *out, int64_t signed) except False:
    cdef uint64_t number = (<uint64_t>signed << 1) ^ <uint64_t>(signed >> 63)
    cdef uint8_t *place = _more(out, 10)
    while number > 127:
        place[0] = <uint8_t>(number & 127 | 128)
        place += 1
        number >>= 7
    place[0] = <uint8_t>number
    out.size = place + 1 - out.data
    return True


cdef bint _put_byte(Out *out, uint8_t byte) except False:
    _more(out, 1)[0] = byte
    out.size += 1
    return True


cdef int _write(WrittenNode node, object value, Out *out) except -1:
    """Whether it was of the types meant, and is written now."""
    cdef int overflow = 0
    cdef int64_t number
    if node.is_nullable:
        if value is None or value is UNSET:
            return _put_byte(out, 0)
        _put_byte(out, 2)
    if node.op == TEXT:
        return _write_text("" if value is None and node.is_unsaid else value, out)
    if node.op == LONG:
        if type(value) is not int:
            return False
        number = PyLong_AsLongLongAndOverflow(value, &overflow)
        return not overflow and _put_number(out, number)
    if node.op == BOOLEAN:
        return (value is True or value is False) and _put_byte(out, value is True)
    if node.op == ENUM:
        place = node.symbols.get(value) if type(value) is str else None
        return place is not None and _put_number(out, place)
    if node.op == ARRAY:
        return _write_items(node.items, value, out)
    if node.op == RECORD:
        return _write_record(node, value, out)
    return _write_bytes(value, out) if node.op == BYTES else _write_map(value, out)


cdef int _write_text(object text, Out *out) except -1:
    cdef PyObject *encoded
    if type(text) is not str:
        return False
    if PyUnicode_IS_COMPACT_ASCII(text):
        _put_number(out, PyUnicode_GET_LENGTH(text))
        return _put(out, <const uint8_t *>PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text))
    # Not what keeps the bytes beside the text: a text may live long, and is hardly ever written twice.
    encoded = PyUnicode_AsUTF8String(text)
    if encoded is NULL:
        PyErr_Clear()
        return False
    data = <object>encoded
    Py_XDECREF(encoded)
    return _write_bytes(data, out)


cdef int _write_bytes(object data, Out *out) except -1:
    if not PyBytes_CheckExact(data):
        return False
    _put_number(out, PyBytes_GET_SIZE(data))
    return _put(out, <const uint8_t *>PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))


cdef int _write_items(WrittenNode node, object items, Out *out) except -1:
    """One block, or nothing but the end where there are none."""
    if type(items) is not tuple:
        return False
    if items:
        _put_number(out, PyTuple_GET_SIZE(items))
        for item in <tuple>items:
            if not _write(node, item, out):
                return False
    return _put_byte(out, 0)


cdef int _write_map(object values, Out *out) except -1:
    if type(values) is not dict:
        return False
    if values:
        _put_number(out, len(values))
        for key, value in (<dict>values).items():
            if not _write_text(key, out) or not _write_text(value, out):
                return False
    return _put_byte(out, 0)


cdef int _write_record(WrittenNode node, object record, Out *out) except -1:
    cdef Py_ssize_t place
    cdef PyObject *found
    for place in range(PyTuple_GET_SIZE(node.nodes)):
        found = PyObject_GetAttr(record, <object>PyTuple_GET_ITEM(node.names, place))
        if found is NULL:
            PyErr_Clear()
            return False
        value = <object>found
        Py_XDECREF(found)
        if not _write(<WrittenNode>PyTuple_GET_ITEM(node.nodes, place), value, out):
            return False
    return True
