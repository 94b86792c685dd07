/* Revoked TLS certificates: see revocation.h. */
#include "journal/revocation.h"

#include "journal/governance.h"
#include "store/governance_rows.h"

/* The row says when and why; which certificate stands in the body. */
static bool row_read_key(struct journal *journal, const struct governance_row *row,
                         struct revoked_key *out, struct error *err)
{
    static struct problems problems; /* the writer alone reads */
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    struct entry_row entry;
    struct span body;

    problems_clear(&problems);
    if (!entry_find(journal->db, &arena, row->entry, &entry, err) ||
        !journal_body(journal, &entry, &arena, &body, err))
        return false;
    const struct key_revocation *told =
        message_read(MESSAGE_KEY_REVOCATION, body, &arena, &problems);
    if (told == NULL)
        return problems_to_error(&problems, err) || error_add(err, "a revocation");
    *out = (struct revoked_key){
        .is_own = row->is_own, .at_ms = told->revoked_at_ms, .reason = told->reason};
    memcpy(out->certificate, told->certificate, sizeof out->certificate);
    return true;
}

bool journal_revoked(struct journal *journal, const struct journal_line *line,
                     struct revoked_key out[REVOKED_COUNT_MAX], size_t *count, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct governance_row rows[REVOKED_COUNT_MAX];

    if (!governance_list_kind(journal->db, &arena, span_text(line->agreement_id),
                              MESSAGE_KEY_REVOCATION, rows, REVOKED_COUNT_MAX, count, err))
        return false;
    for (size_t i = 0; i < *count; i++)
        if (!row_read_key(journal, &rows[i], &out[i], err))
            return error_add(err, "revocations of agreement %s", line->agreement_id);
    return true;
}

static bool is_told(const struct revoked_key *keys, size_t count,
                    const uint8_t certificate[DIGEST_SIZE])
{
    for (size_t i = 0; i < count; i++)
        if (keys[i].is_own && digest_is_equal(keys[i].certificate, certificate))
            return true;
    return false;
}

bool journal_revoke_key(struct journal *journal, struct journal_line *line,
                        const uint8_t certificate[DIGEST_SIZE], enum revocation_reason reason,
                        struct appended *out, struct error *err)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(4096);
    struct revoked_key told[REVOKED_COUNT_MAX];
    struct key_revocation revocation = {.reason = reason, .revoked_at_ms = journal_now_ms(journal)};
    struct governance_draft draft = {.type = MESSAGE_KEY_REVOCATION, .parsed = &revocation};
    size_t count = 0;

    if (!journal_revoked(journal, line, told, &count, err))
        return false;
    if (is_told(told, count, certificate))
        return error_set(err, ERROR_CONFLICT, "agreement %s: the partner was told already",
                         line->agreement_id);
    memcpy(revocation.certificate, certificate, sizeof revocation.certificate);
    if (!key_revocation_write(&revocation, &body))
        return error_set(err, ERROR_LIMIT, "out of memory");
    draft.body = buffer_span(&body);
    if (!governance_append(journal, line, &draft, out, err))
        return false;
    journal_event_add(journal, JOURNAL_TRUST, line, out->entry, 0);
    return true;
}
