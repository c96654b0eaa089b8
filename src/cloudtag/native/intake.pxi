# Facts into the rows of keyed states, as `cloudtag.engine.intake` does it: a fact that nothing was known of goes in here, at
# any other it stops, and nothing of that one has been done.

cdef class Folding:
    """How facts of one type are taken in."""

    cdef object only_row, letter, name_of, place, identity, taken_by
    cdef bint is_internal

    def __init__(self, plan):
        self.only_row, self.place, self.identity, self.is_internal, self.taken_by, named = plan
        self.letter, self.name_of = (None, None) if named is None else named


cdef class PlainIntake:
    """Takes facts of a processor's types into its keyed states."""

    cdef dict foldings
    cdef Py_ssize_t most_facts, few_rows
    cdef object state_type, row_type, news_type, places_type, with_kind
    cdef Py_ssize_t rows_at, closed_at, aside_at, places_at, facts_at, newest_at, view_at, kinds_at, added_at, begin_at
    cdef Py_ssize_t of_kind_at

    def __init__(self, foldings, most_facts, few_rows, types, with_kind):
        """`types`: of keyed states, of rows, of news, of the places of events. Raises TypeError where their fields do
        not lie in slots."""
        self.foldings = {kind: Folding(plan) for kind, plan in foldings.items()}
        self.most_facts, self.few_rows, self.with_kind = most_facts, few_rows, with_kind
        self.state_type, self.row_type, self.news_type, self.places_type = types
        self.rows_at, self.closed_at = _slot_of(self.state_type, "rows"), _slot_of(self.state_type, "is_closed")
        self.aside_at, self.places_at = _slot_of(self.state_type, "is_aside"), _slot_of(self.state_type, "places")
        self.facts_at, self.newest_at = _slot_of(self.row_type, "facts"), _slot_of(self.row_type, "newest_ms")
        self.view_at, self.kinds_at = _slot_of(self.row_type, "view"), _slot_of(self.row_type, "kinds")
        self.added_at, self.begin_at = _slot_of(self.news_type, "added"), _slot_of(self.news_type, "begin")
        self.of_kind_at = _slot_of(self.places_type, "_of_kind")

    def take(self, state, list facts, list numbers, Py_ssize_t start, set ids, news):
        """As `FactIntake` takes them in one after the other, those in these places from the one at `start` on; where
        that ends."""
        cdef Py_ssize_t place = max(start, 0), number
        if type(state) is not self.state_type or type(news) is not self.news_type:
            return place
        while place < PyList_GET_SIZE(numbers):
            # What a fact asks for may close it.
            if _slot(state, self.closed_at) is not False or _slot(state, self.aside_at) is not False:
                break
            number = <object>PyList_GET_ITEM(numbers, place)
            if not 0 <= number < PyList_GET_SIZE(facts):
                break
            if not self._take_one(state, <object>PyList_GET_ITEM(facts, number), ids, news):
                break
            place += 1
        return place

    cdef bint _take_one(self, object state, object fact, set ids, object news) except -1:
        """Whether a fact was new, and is taken in."""
        cdef object kind = type(fact), row_id, fact_id, row = None, at_ms, facts
        cdef PyObject *found = PyDict_GetItemWithError(self.foldings, kind)
        cdef Folding folding
        cdef dict rows, begin
        if found is NULL:
            return False
        folding, rows, begin = <Folding>found, _slot(state, self.rows_at), _slot(news, self.begin_at)
        row_id, at_ms = _row_id(folding, fact), fact.occurred_at
        fact_id = folding.identity(fact)
        if type(row_id) is not str or type(fact_id) is not str or type(at_ms) is not int:
            return False
        found = PyDict_GetItemWithError(rows, row_id)
        if found is not NULL:
            row = <object>found
            facts = _slot(row, self.facts_at) if type(row) is self.row_type else None
            if type(facts) is not dict or PyDict_Contains(facts, fact_id) or PyDict_Size(facts) >= self.most_facts:
                return False
        elif self.most_facts < 1:
            return False
        if not folding.is_internal and self._is_known(state, rows, row, fact_id, kind):
            return False
        if row is None:
            row = rows[row_id] = self.row_type(row_id)
        facts = _slot(row, self.facts_at)
        if not PyDict_Contains(begin, row_id):
            begin[row_id] = PyDict_Size(facts)
        self._add(row, facts, fact_id, fact, kind, at_ms)
        if not folding.is_internal:
            self._put_place(state, kind, fact_id, row_id)
        (<list>_slot(news, self.added_at)).append((row_id, fact_id, fact, None))
        if folding.taken_by is not None:
            besides = folding.taken_by(state, row, fact)
            if besides:
                ids.update(besides)
        return True

    cdef bint _is_known(self, object state, dict rows, object row, str fact_id, object kind) except -1:
        """Whether any row may hold an event of that id; where there are many it is looked up."""
        cdef PyObject *known
        if PyDict_Size(rows) <= (row is not None):
            return False  # In the only row there is it was looked for already.
        if PyDict_Size(rows) <= self.few_rows:
            for held in rows.values():
                facts = _slot(held, self.facts_at) if type(held) is self.row_type else None
                if type(facts) is not dict or PyDict_Contains(facts, fact_id):
                    return True
            return False
        places = _slot(state, self.places_at)
        if type(places) is not self.places_type:
            return state.row_with(fact_id, kind) is not None
        known = PyDict_GetItemWithError(_slot(places, self.of_kind_at), kind)
        return known is not NULL and PyDict_Contains(<object>known, fact_id)

    cdef int _add(self, object row, object facts, str fact_id, object fact, object kind, object at_ms) except -1:
        """As `cloudtag.engine.fold.add`."""
        view, kinds = _slot(row, self.view_at), _slot(row, self.kinds_at)
        if view is not None and not view.add(fact):
            _put_slot(row, self.view_at, None)
        PyDict_SetItem(facts, fact_id, fact)
        if at_ms > _slot(row, self.newest_at):
            _put_slot(row, self.newest_at, at_ms)
        if kind not in kinds:
            _put_slot(row, self.kinds_at, self.with_kind(kinds, kind))
        return 0

    cdef int _put_place(self, object state, object kind, str fact_id, object row_id) except -1:
        cdef PyObject *known
        places = _slot(state, self.places_at)
        if places is None:
            return 0
        known = NULL
        if type(places) is self.places_type:
            known = PyDict_GetItemWithError(_slot(places, self.of_kind_at), kind)
        if known is NULL:
            places.put(kind, fact_id, row_id)
        else:
            PyDict_SetItem(<object>known, fact_id, row_id)
        return 0


cdef object _row_id(Folding folding, object fact):
    """The id of the row a fact belongs to."""
    if folding.only_row is not None:
        return folding.only_row
    if folding.name_of is not None:
        name = folding.name_of(fact)
        return folding.letter + name if type(name) is str else None
    return folding.place(fact)


def sort_facts(dict sorting, list facts, times, dict keys, list too_late):
    """As `FactIntake.sort` sorts facts: their places by key into `keys`, those of facts that come too late into
    `too_late`; the time of the newest, and how many come late. `times`: of the watermark, of
    what is too old, of the newest so far."""
    cdef Py_ssize_t number, late = 0
    cdef object kind = None, fact, at_ms, key, key_of, moves_time, is_timeless
    cdef PyObject *found
    watermark_ms, horizon_ms, newest_ms = times
    for number, fact in enumerate(facts):
        if type(fact) is not kind:
            kind = type(fact)
            key_of, moves_time, is_timeless = sorting[kind]
        if moves_time:
            at_ms = fact.occurred_at
            if at_ms > newest_ms:
                newest_ms = at_ms
            elif at_ms < watermark_ms:
                if at_ms < horizon_ms and not is_timeless:
                    too_late.append(number)
                    continue
                late += 1
        key = key_of(fact)
        found = PyDict_GetItemWithError(keys, key)
        if found is NULL:
            keys[key] = [number]
        else:
            (<list>found).append(number)
    return newest_ms, late
