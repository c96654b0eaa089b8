# Records one behind the other, as they lie in a batch of Kafka's newest format: all of one moment, the one the batch counts
# from.

cdef enum:
    BATCH_HEAD = 61


def pack_records(records, Py_ssize_t start, Py_ssize_t most_bytes):
    """The bytes of the records from one on, as many as a batch takes, one at least, and how many those are; None where
    a key, a value or a header of them is no bytes. `most_bytes`: the batch with its head has less, as
    aiokafka has it."""
    cdef Out out
    cdef list rows = list(records)
    cdef Py_ssize_t number
    cdef int64_t body
    out.data, out.size, out.room = out.small, 0, SMALL_BYTES
    try:
        for number in range(max(start, 0), PyList_GET_SIZE(rows)):
            record = <object>PyList_GET_ITEM(rows, number)
            key, value, headers = record.key, record.value, _header_bytes(record.headers)
            if headers is None or not _is_bytes_or_none(key) or not _is_bytes_or_none(value):
                return None
            # Attributes, and the moment.
            body = 2 + _number_size(number - start) + _sized_bytes(key) + _sized_bytes(value) + _headers_size(headers)
            if number > start and BATCH_HEAD + out.size + _number_size(body) + body >= most_bytes:
                return PyBytes_FromStringAndSize(<const char *>out.data, out.size), number - start
            _put_number(&out, body)
            _put_byte(&out, 0)
            _put_byte(&out, 0)
            _put_number(&out, number - start)
            _put_sized(key, &out)
            _put_sized(value, &out)
            _put_number(&out, PyTuple_GET_SIZE(headers))
            for name, told in <tuple>headers:
                _put_sized(name, &out)
                _put_sized(told, &out)
        return PyBytes_FromStringAndSize(<const char *>out.data, out.size), max(0, PyList_GET_SIZE(rows) - start)
    finally:
        if out.data != out.small:
            free(out.data)


cdef tuple _header_bytes(object headers):
    """Names and values of headers as bytes; None where one is of another type."""
    cdef list found = []
    if type(headers) is tuple and PyTuple_GET_SIZE(headers) == 0:
        return headers
    for name, told in headers:
        if type(name) is not str or not _is_bytes_or_none(told):
            return None
        found.append((name.encode(), told))
    return tuple(found)


cdef inline bint _is_bytes_or_none(object data) noexcept:
    return data is None or PyBytes_CheckExact(data)


cdef inline Py_ssize_t _number_size(int64_t signed) noexcept:
    """How many bytes a number takes."""
    cdef uint64_t number = (<uint64_t>signed << 1) ^ <uint64_t>(signed >> 63)
    cdef Py_ssize_t size = 1
    while number > 127:
        size += 1
        number >>= 7
    return size


cdef inline Py_ssize_t _sized_bytes(object data) noexcept:
    return 1 if data is None else _number_size(PyBytes_GET_SIZE(data)) + PyBytes_GET_SIZE(data)


cdef Py_ssize_t _headers_size(tuple headers):
    cdef Py_ssize_t size = _number_size(PyTuple_GET_SIZE(headers))
    for name, told in headers:
        size += _sized_bytes(name) + _sized_bytes(told)
    return size


cdef bint _put_sized(object data, Out *out) except False:
    """Bytes behind their number; -1 where there are none."""
    if data is None:
        return _put_number(out, -1)
    _put_number(out, PyBytes_GET_SIZE(data))
    return _put(out, <const uint8_t *>PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data))
