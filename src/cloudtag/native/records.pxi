# The records of a batch of Kafka's newest format, unpacked already: all of them at once, or none.
#
# Each read looks first whether the bytes are there. What is damaged, or what nobody sends, is left to the client's own
# reader, which says what is wrong with it.

cdef enum:
    RECORD_FIELDS = 11
    MOST_DELTA = 0x7FFFFFFF

cdef int64_t _FARTHEST = <int64_t>1 << 61
"""Whatever lies further from 0 is left: what is added to it might not fit."""


cdef object _nullable(Source *source):
    """The bytes behind their length; None for a length of -1."""
    cdef uint64_t number
    cdef int64_t size
    if not _number(source, &number):
        return LEFT
    size = _signed(number)
    if size == -1:
        return None
    if size < 0 or size > source.end - source.place:
        return LEFT
    source.place += <Py_ssize_t>size
    return PyBytes_FromStringAndSize(<const char *>source.data + source.place - size, <Py_ssize_t>size)


cdef object _headers(Source *source):
    """Names and values; a name is never missing."""
    cdef uint64_t count
    cdef Py_ssize_t size
    cdef PyObject *made
    cdef list found
    if not _number(source, &count) or count & 1 or count >> 1 > <uint64_t>(source.end - source.place):
        return LEFT
    if count == 0:
        return ()
    found = []
    for _ in range(<Py_ssize_t>(count >> 1)):
        size = _length(source)
        if size < 0:
            return LEFT
        made = PyUnicode_DecodeUTF8(<const char *>source.data + source.place, size, NULL)
        if made is NULL:
            PyErr_Clear()
            return LEFT
        source.place += size
        name = <object>made
        Py_XDECREF(made)
        value = _nullable(source)
        if value is LEFT:
            return LEFT
        found.append((name, value))
    return tuple(found)


def read_records(data, Py_ssize_t start, Py_ssize_t end, Py_ssize_t count, tuple head, kind, tuple where):
    """The records between two places of some bytes, of a type with the fields of aiokafka's own in its order; None
    where those are not plainly so many records, from the first place to the other.

    `head`: the offset and the moment that the batch's records count from, and the moment of all of them, or None;
    `where`: topic, partition, and what kind of moment that is.
    """
    cdef Source source
    cdef int64_t base_offset = head[0], first_ms = head[1], delta_ms
    cdef uint64_t size, number
    cdef Py_ssize_t begin
    cdef PyObject *values[RECORD_FIELDS]
    cdef PyObject *made
    cdef list found = []
    cdef object topic, partition, moment_kind, moment, key, value, headers, offset, at_ms, key_size, value_size
    topic, partition, moment_kind = where
    moment = head[2]
    if not PyBytes_CheckExact(data) or not 0 <= start <= end <= PyBytes_GET_SIZE(data):
        return None
    if not 0 <= base_offset < _FARTHEST or not -_FARTHEST < first_ms < _FARTHEST:
        return None
    source.data = <const uint8_t *>PyBytes_AS_STRING(data)
    source.place, source.end = start, end
    values[0], values[1], values[4], values[7] = (
        <PyObject *>topic, <PyObject *>partition, <PyObject *>moment_kind, <PyObject *>None
    )
    for _ in range(count):
        if not _number(&source, &size) or size & 1 or size >> 1 > <uint64_t>(source.end - source.place):
            return None
        begin = source.place
        # Of a record's own attributes none is used; they take a byte.
        if size == 0 or source.data[source.place] != 0:
            return None
        source.place += 1
        if not _number(&source, &number):
            return None
        delta_ms = _signed(number)
        if not -_FARTHEST < delta_ms < _FARTHEST or not _number(&source, &number):
            return None
        if number & 1 or number >> 1 > <uint64_t>MOST_DELTA:
            return None
        key = _nullable(&source)
        value = LEFT if key is LEFT else _nullable(&source)
        headers = LEFT if value is LEFT else _headers(&source)
        if headers is LEFT or source.place - begin != <Py_ssize_t>(size >> 1):
            return None
        offset = base_offset + <int64_t>(number >> 1)
        at_ms = first_ms + delta_ms if moment is None else moment
        key_size = -1 if key is None else PyBytes_GET_SIZE(key)
        value_size = -1 if value is None else PyBytes_GET_SIZE(value)
        values[2], values[3], values[5], values[6] = (
            <PyObject *>offset, <PyObject *>at_ms, <PyObject *>key, <PyObject *>value
        )
        values[8], values[9], values[10] = <PyObject *>key_size, <PyObject *>value_size, <PyObject *>headers
        made = PyObject_Vectorcall(<PyObject *>kind, values, RECORD_FIELDS, NULL)
        if made is NULL:
            PyErr_Clear()
            return None
        found.append(<object>made)
        Py_XDECREF(made)
    return found if source.place == source.end else None
