# A batch of a changelog's records as it lies in the log: where each record is, and the plain rows among them put into a
# store without a record made of each.
#
# Like the reader of Avro it takes what is plainly right. A batch of which anything is not is left to aiokafka, which
# says what is wrong with it.

cdef extern from *:
    """
    #if defined(__x86_64__) && defined(__GNUC__)
    __attribute__((target("sse4.2")))
    static uint32_t cloudtag_crc32c(const uint8_t *place, size_t size)
    {
        uint64_t found = 0xFFFFFFFF, word;
        for (; size >= 8; place += 8, size -= 8) {
            memcpy(&word, place, 8);
            found = __builtin_ia32_crc32di(found, word);
        }
        for (; size; place++, size--)
            found = __builtin_ia32_crc32qi((uint32_t)found, *place);
        return ~(uint32_t)found;
    }
    static int cloudtag_has_crc32c(void) { return __builtin_cpu_supports("sse4.2") != 0; }
    #else
    static uint32_t cloudtag_crc32c(const uint8_t *place, size_t size) { return 0; }
    static int cloudtag_has_crc32c(void) { return 0; }
    #endif
    static const uint8_t CLOUDTAG_INLINE[11] = {0};
    """
    uint32_t cloudtag_crc32c(const uint8_t *place, size_t size)
    bint cloudtag_has_crc32c()
    const uint8_t *CLOUDTAG_INLINE


cdef enum:
    SHORTEST_RECORD = 7  # length, attributes, time, offset, sizes of key and value, number of headers
    # As cloudtag.changelog.records has it: where in a snapshot's value what stands that makes it plain, and its body.
    HEAD_END = 10
    ROW_HEAD_END = 26
    INLINE_AT = 34
    BODY_AT = 45


cdef struct Placed:
    int64_t offset
    const uint8_t *key
    const uint8_t *value
    const uint8_t *headers
    Py_ssize_t key_size
    Py_ssize_t value_size
    int64_t header_count


def crc32c(bytes data, Py_ssize_t start, Py_ssize_t end):
    """The checksum of these bytes; -1 where the machine has no instruction for it."""
    if not cloudtag_has_crc32c() or not 0 <= start <= end <= len(data):
        return -1
    return cloudtag_crc32c(<const uint8_t *>PyBytes_AS_STRING(data) + start, end - start)


cdef class LoggedRecord:
    """A record of a changelog."""

    cdef readonly object key, value, headers
    cdef readonly int64_t offset


cdef class LoggedBatch:
    """The records of a batch from an offset on; each is made when it is asked for."""

    cdef bytes data
    cdef Placed *placed
    cdef Py_ssize_t count

    def __dealloc__(self):
        free(self.placed)

    def __len__(self):
        return self.count

    def __getitem__(self, Py_ssize_t number):
        cdef LoggedRecord record
        cdef Placed *found
        if number < 0:
            number += self.count
        if not 0 <= number < self.count:
            raise IndexError(number)
        found, record = self.placed + number, LoggedRecord.__new__(LoggedRecord)
        record.offset = found.offset
        record.key, record.value = _bytes_or_none(found.key, found.key_size), _bytes_or_none(found.value, found.value_size)
        record.headers = _headers_of(found, self.data) if found.header_count else ()
        return record

    def plain_rows(self, Py_ssize_t start, bytes head, dict rows):
        """As `plain_rows` of cloudtag.changelog.records, of these records."""
        cdef Placed *found
        cdef const uint8_t *begin
        cdef Py_ssize_t number
        cdef object row
        if len(head) != HEAD_END:
            return start
        begin = <const uint8_t *>PyBytes_AS_STRING(head)
        for number in range(max(start, 0), self.count):
            found = self.placed + number
            if not (
                found.key_size >= 2 and found.key[0] == 2 and found.key[1] == c"S" and found.value_size >= BODY_AT
                and memcmp(found.value, begin, HEAD_END) == 0 and memcmp(found.value + INLINE_AT, CLOUDTAG_INLINE, 11) == 0
            ):
                return number
            row = PyBytes_FromStringAndSize(NULL, ROW_HEAD_END - HEAD_END + found.value_size - BODY_AT)
            memcpy(PyBytes_AS_STRING(row), found.value + HEAD_END, ROW_HEAD_END - HEAD_END)
            memcpy(
                PyBytes_AS_STRING(row) + ROW_HEAD_END - HEAD_END, found.value + BODY_AT, found.value_size - BODY_AT
            )
            rows[PyBytes_FromStringAndSize(<const char *>found.key + 2, found.key_size - 2)] = row
        return self.count


def logged_batch(bytes data, Py_ssize_t start, Py_ssize_t end, int64_t base, Py_ssize_t count, int64_t first):
    """Of `count` records that lie there, one behind the other, those from the offset `first` on; none where anything is
    not as it should be. Their offsets are told from `base` on."""
    cdef LoggedBatch batch = LoggedBatch.__new__(LoggedBatch)
    cdef const uint8_t *place
    cdef const uint8_t *stop
    cdef Py_ssize_t number
    if not 0 <= start <= end <= len(data) or not 0 <= count <= (end - start) // SHORTEST_RECORD:
        return None
    batch.data = data
    batch.placed = <Placed *>malloc(max(count, 1) * sizeof(Placed))
    if batch.placed == NULL:
        raise MemoryError
    place = <const uint8_t *>PyBytes_AS_STRING(data) + start
    stop = <const uint8_t *>PyBytes_AS_STRING(data) + end
    for number in range(count):
        if not _placed(&place, stop, base, batch.placed + batch.count):
            return None
        batch.count += batch.placed[batch.count].offset >= first
    return batch if place == stop else None


cdef bint _placed(const uint8_t **place, const uint8_t *stop, int64_t base, Placed *found) noexcept:
    """Find the next record, and whether it is right."""
    cdef int64_t size, number
    cdef const uint8_t *end
    if not _varint(place, stop, &size) or not 0 < size <= stop - place[0]:
        return False
    end = place[0] + size
    place[0] += 1  # the attributes, of which there are none
    if not _varint(place, end, &number) or not _varint(place, end, &number):
        return False
    found.offset = base + number
    if not _sized(place, end, &found.key, &found.key_size) or not _sized(place, end, &found.value, &found.value_size):
        return False
    if not _varint(place, end, &found.header_count) or not 0 <= found.header_count <= end - place[0]:
        return False
    found.headers = place[0]
    for number in range(found.header_count):
        if not _header(place, end):
            return False
    return place[0] == end


cdef bint _header(const uint8_t **place, const uint8_t *end) noexcept:
    """Pass over a header, and say whether it is right; its name is then of ASCII alone."""
    cdef const uint8_t *begin
    cdef Py_ssize_t size, number
    if not _sized(place, end, &begin, &size) or size < 0:
        return False
    for number in range(size):
        if begin[number] >= 0x80:
            return False
    return _sized(place, end, &begin, &size)


cdef bint _sized(const uint8_t **place, const uint8_t *end, const uint8_t **begin, Py_ssize_t *size) noexcept:
    """Bytes behind their number; -1 of them is none."""
    cdef int64_t number
    if not _varint(place, end, &number) or not -1 <= number <= end - place[0]:
        return False
    begin[0], size[0] = place[0], number
    if number > 0:
        place[0] += number
    return True


cdef bint _varint(const uint8_t **place, const uint8_t *end, int64_t *number) noexcept:
    cdef uint64_t found = 0
    cdef int shift = 0
    cdef uint8_t byte
    while place[0] < end and shift < 63:
        byte, place[0] = place[0][0], place[0] + 1
        found |= <uint64_t>(byte & 0x7F) << shift
        if not byte & 0x80:
            number[0] = <int64_t>(found >> 1) ^ -<int64_t>(found & 1)
            return True
        shift += 7
    return False


cdef object _bytes_or_none(const uint8_t *place, Py_ssize_t size):
    return None if size < 0 else PyBytes_FromStringAndSize(<const char *>place, size)


cdef tuple _headers_of(Placed *found, bytes data):
    """The headers of a record that was found right."""
    cdef const uint8_t *place = found.headers
    cdef const uint8_t *end = <const uint8_t *>PyBytes_AS_STRING(data) + len(data)
    cdef const uint8_t *begin
    cdef Py_ssize_t size
    headers = []
    for _ in range(found.header_count):
        _sized(&place, end, &begin, &size)
        name = _bytes_or_none(begin, size).decode()
        _sized(&place, end, &begin, &size)
        headers.append((name, _bytes_or_none(begin, size)))
    return tuple(headers)


def put_rows(dict files, rows):
    """As `put_rows` of streams.state.memory_store: each row into the dictionary of its keyed state, a row of None out of it."""
    cdef dict held = None
    cdef bytes file = None
    cdef Py_ssize_t size
    for key, value in rows.items():
        size = _file_size(key)
        if held is None or size != len(file) or memcmp(PyBytes_AS_STRING(key), PyBytes_AS_STRING(file), size):
            file = key[:size]
            held = files.get(file)
        if value is not None:
            if held is None:
                held = files[file] = {}
            held[key] = value
        elif held is not None:
            held.pop(key, None)
            if not held:
                del files[file]
                held = None


cdef Py_ssize_t _file_size(bytes key) except -1:
    """How many bytes of a row's key are the part of its keyed state."""
    cdef const uint8_t *place = <const uint8_t *>PyBytes_AS_STRING(key)
    cdef Py_ssize_t size = len(key)
    if size < 3:
        return min(size, 3 + (place[1] if size == 2 else 0))
    return min(size, 3 + (<Py_ssize_t>place[1] << 8 | place[2]))
