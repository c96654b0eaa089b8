# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, auto_pickle=False
"""The hot path in C: it does what the pure code does, or nothing at all.

Whatever is not plainly right (bytes that end early, a value out of bounds, a type nobody meant) is left to the pure
code, which is given as `otherwise`: so there is one place that says what is wrong, and in which words.
"""

from cython cimport final

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.dict cimport PyDict_Contains, PyDict_SetItem, PyDict_Size
from cpython.exc cimport PyErr_Clear
from cpython.list cimport PyList_GET_ITEM, PyList_GET_SIZE
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy, memset

from msgspec import UNSET as _UNSET


cdef extern from *:
    """
    #ifndef CLOUDTAG_SOURCES
    #define CLOUDTAG_SOURCES ""
    #endif
    """
    const char *CLOUDTAG_SOURCES


cdef extern from "Python.h":
    PyObject *PyObject_Vectorcall(PyObject *callable, PyObject *const *args, size_t count, PyObject *names)
    PyObject *PyObject_GetAttr(object owner, object name)
    PyObject *PyDict_GetItemWithError(object mapping, object key) except? NULL
    PyObject *PyUnicode_AsUTF8String(object text)
    PyObject *PyUnicode_DecodeUTF8(const char *text, Py_ssize_t size, const char *errors)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    bint PyUnicode_IS_COMPACT_ASCII(object text)
    void *PyUnicode_DATA(object text)
    long long PyLong_AsLongLongAndOverflow(object number, int *overflow) except? -1


SOURCES = CLOUDTAG_SOURCES.decode()
"""The digest of the files this was built from."""

cdef object UNSET = _UNSET

include "texts.pxi"
include "reading.pxi"
include "writing.pxi"
include "hashing.pxi"
include "records.pxi"
include "changelog.pxi"
include "columns.pxi"
include "slots.pxi"
include "intake.pxi"
include "packing.pxi"
