# Kafka's hash of keys.

def murmur2(data):
    """MurmurHash2 in 32 bits, unsigned, as Kafka's default partitioner has it. Raises TypeError for what is no bytes."""
    cdef const uint8_t *place
    cdef Py_ssize_t size, left
    cdef uint32_t hashed, word
    if not PyBytes_CheckExact(data):
        raise TypeError(f"bytes are hashed, not {type(data).__name__}")
    place, size = <const uint8_t *>PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data)
    hashed = <uint32_t>0x9747B28C ^ <uint32_t>size
    left = size
    while left >= 4:
        word = place[0] | <uint32_t>place[1] << 8 | <uint32_t>place[2] << 16 | <uint32_t>place[3] << 24
        word *= <uint32_t>0x5BD1E995
        hashed = (hashed * <uint32_t>0x5BD1E995) ^ ((word ^ word >> 24) * <uint32_t>0x5BD1E995)
        place += 4
        left -= 4
    if left:
        if left == 3:
            hashed ^= <uint32_t>place[2] << 16
        if left >= 2:
            hashed ^= <uint32_t>place[1] << 8
        hashed = (hashed ^ place[0]) * <uint32_t>0x5BD1E995
    hashed = (hashed ^ hashed >> 13) * <uint32_t>0x5BD1E995
    return hashed ^ hashed >> 15
