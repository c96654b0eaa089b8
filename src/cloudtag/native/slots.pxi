# The fields of msgspec's structs, and of classes with slots, read and written where they lie.
#
# Where each lies is asked of Python's own descriptor of it, once; a field that is no such place is refused then.

cdef extern from *:
    """
    #include <structmember.h>
    static Py_ssize_t cloudtag_slot_at(PyObject *descriptor)
    {
        PyMemberDef *member;
        if (!Py_IS_TYPE(descriptor, &PyMemberDescr_Type))
            return -1;
        member = ((PyMemberDescrObject *)descriptor)->d_member;
        return member->type == T_OBJECT_EX ? member->offset : -1;
    }
    """
    Py_ssize_t cloudtag_slot_at(PyObject *descriptor)


cdef Py_ssize_t _slot_of(kind, name) except -1:
    """Where instances of a class have a field of its own. Raises TypeError where it is not in a slot."""
    cdef object descriptor = vars(kind).get(name)
    cdef Py_ssize_t place = cloudtag_slot_at(<PyObject *>descriptor)
    if place <= 0:
        raise TypeError(f"{kind.__name__}.{name} is in no slot")
    return place


cdef inline object _slot(object owner, Py_ssize_t place):
    """What a field of an instance of that very class holds; None where it was never set."""
    cdef PyObject *found = (<PyObject **>(<char *><PyObject *>owner + place))[0]
    return None if found is NULL else <object>found


cdef inline void _put_slot(object owner, Py_ssize_t place, object value) noexcept:
    cdef PyObject **slot = <PyObject **>(<char *><PyObject *>owner + place)
    cdef PyObject *before = slot[0]
    Py_INCREF(value)
    slot[0] = <PyObject *>value
    Py_XDECREF(before)
