/* States that are feared: see asylum_state.h. */
#include "desk/asylum_state.h"

#include "base/text.h"
#include "desk/own_form.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool asylum_code_read(struct span text, char out[ASYLUM_CODE_SIZE])
{
    if (text.size != 2 || !isalpha(text.data[0]) || !isalpha(text.data[1]))
        return false;
    out[0] = (char)toupper(text.data[0]);
    out[1] = (char)toupper(text.data[1]);
    out[2] = '\0';
    if (strcmp(out, "EL") == 0)
        memcpy(out, "GR", ASYLUM_CODE_SIZE);
    if (strcmp(out, "UK") == 0)
        memcpy(out, "GB", ASYLUM_CODE_SIZE);
    return true;
}

static bool has_code(const struct asylum_states *states, const char *code)
{
    for (size_t i = 0; i < states->count; i++)
        if (strcmp(states->codes[i], code) == 0)
            return true;
    return false;
}

/* More than there is room for, or none that can be read: any. */
static void code_add(struct asylum_states *states, struct span text)
{
    char code[ASYLUM_CODE_SIZE];

    if (text.size == 0)
        return;
    if (!asylum_code_read(text, code) || states->count == ASYLUM_STATES_MAX) {
        states->is_any = true;
        return;
    }
    if (!has_code(states, code))
        memcpy(states->codes[states->count++], code, sizeof code);
}

static bool origin_states(struct journal *journal, struct arena *arena, int64_t id,
                          struct asylum_states *out, struct error *err)
{
    struct problems problems = {.count = 0};
    struct case_person_row row;
    struct person person;

    if (!case_person_find(journal->db, arena, id, &row, err)) {
        out->is_any = err->kind == ERROR_MISSING;
        if (out->is_any)
            error_clear(err);
        return out->is_any;
    }
    if (!own_person_read(row.body, arena, &person, &problems)) {
        out->is_any = true;
        return true;
    }
    for (size_t i = 0; i < person.nationality_count; i++)
        code_add(out, person.nationalities[i]);
    code_add(out, person.birth_country);
    out->is_any = out->is_any || out->count == 0;
    return true;
}

bool asylum_states_of(struct journal *journal, struct arena *arena, const struct asylum_row *row,
                      struct asylum_states *out, struct error *err)
{
    memset(out, 0, sizeof *out);
    if (row->status == PROTECTION_NONE_KNOWN)
        return true;
    if (row->states.size == 0)
        return origin_states(journal, arena, row->person, out, err);
    for (size_t at = 0; at + 2 <= row->states.size; at += ASYLUM_CODE_SIZE)
        code_add(out, span_part(row->states, at, 2));
    return true;
}

bool asylum_states_cover(const struct asylum_states *a, const struct asylum_states *b)
{
    if (a->is_any)
        return true;
    for (size_t i = 0; i < b->count; i++)
        if (!has_code(a, b->codes[i]))
            return false;
    return !b->is_any;
}

/* A party whose name is no state is any. */
static bool states_have(const struct journal *journal, const struct asylum_states *states,
                        struct span state)
{
    char code[ASYLUM_CODE_SIZE], own[ASYLUM_CODE_SIZE] = "";

    asylum_code_read(span_text(journal->party), own);
    if (state.size == 0) {
        for (size_t i = 0; i < states->count; i++)
            if (strcmp(states->codes[i], own) != 0)
                return true;
        return states->is_any;
    }
    if (!asylum_code_read(state, code))
        return states->is_any || states->count > 0;
    return has_code(states, code) || (states->is_any && strcmp(code, own) != 0);
}

/* No row: nothing is said of the person. Of one who is gone whom others are family of, nobody knows what they feared. */
static bool unsaid_states(struct journal *journal, struct arena *arena, int64_t of,
                          struct asylum_states *out, struct error *err)
{
    struct case_person_row row;

    memset(out, 0, sizeof *out);
    if (case_person_find(journal->db, arena, of, &row, err))
        return true;
    out->is_any = err->kind == ERROR_MISSING;
    if (out->is_any)
        error_clear(err);
    return out->is_any;
}

static bool said_states(struct journal *journal, struct arena *arena, int64_t of,
                        struct asylum_row *row, struct asylum_states *out, struct error *err)
{
    if (asylum_find(journal->db, arena, of, row, err))
        return asylum_states_of(journal, arena, row, out, err);
    *row = (struct asylum_row){.person = of};
    if (err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    return unsaid_states(journal, arena, of, out, err);
}

bool asylum_fears(struct journal *journal, struct arena *arena, int64_t person, struct span state,
                  bool *fears, struct error *err)
{
    int64_t of = person;

    *fears = false;
    for (int i = 0; i < 2 && of != 0 && !*fears; i++) { /* the person, and who they are family of */
        struct asylum_states states;
        struct asylum_row row;
        if (!said_states(journal, arena, of, &row, &states, err))
            return false;
        *fears = states_have(journal, &states, state);
        of = row.family_of;
    }
    return true;
}
