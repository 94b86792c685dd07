/*
 * Resume, what the two parties said about the agreement after the backup: versions, suspensions, terminations. Each is an
 * entry of one of the two logs, and comes back with them; here it takes effect again, in its old place, before anything
 * behind it is ordered. Both signatures of a version are verified anew: nothing is ever judged under an unsigned one.
 */
#include "journal/governance.h"
#include "journal/in_force.h"
#include "journal/resume.h"

#include "agreement/signed.h"
#include "message/amendment.h"
#include "store/governance_rows.h"

#include <inttypes.h>

#define ADOPT_ARENA_SIZE (4 * (size_t)BODY_SIZE_MAX + 4 * AGREEMENT_ARENA_SIZE)

/* The document of an accepted signature, under the certificates of the version before it. */
static bool signature_verify_again(struct journal_line *line,
                                   const struct agreement_signature *signature, struct arena *arena,
                                   struct error *err)
{
    const struct agreement *before = &line->agreement;
    const struct span certificates[2] = {before->parties[0].certificate_pem,
                                         before->parties[1].certificate_pem};
    struct signed_agreement next;

    if (!agreement_verify(signature->co_signed, certificates, arena, &next, err))
        return false;
    if (next.agreement.version != signature->version ||
        !digest_is_equal(next.fingerprint, signature->fingerprint))
        return error_set(err, ERROR_INPUT,
                         "the document is not the one that version and fingerprint name");
    return agreement_may_follow(before, &next.agreement, err);
}

bool resume_adopt(struct journal *journal, struct journal_line *line, bool is_own,
                  const struct entry_row *row, struct error *err)
{
    static struct problems problems; /* the writer alone orders */
    struct arena arena CLEANUP(arena_free) = arena_make(ADOPT_ARENA_SIZE);
    struct line_version version = {.entry = row->id, .is_own = is_own};
    struct span body;

    if (row->type != MESSAGE_AGREEMENT_SIGNATURE || row->body_state != BODY_HELD)
        return true;
    if (!journal_body(journal, row, &arena, &body, err))
        return false;
    problems_clear(&problems);
    const struct agreement_signature *signature =
        message_read(MESSAGE_AGREEMENT_SIGNATURE, body, &arena, &problems);
    if (signature == NULL)
        return problems_to_error(&problems, err) || error_add(err, "a signature");
    version.number = signature->version;
    version.position = version_position(line, row->log, row->index);
    if (!signature_verify_again(line, signature, &arena, err) ||
        !version_adopt(journal, line, signature->co_signed, signature->fingerprint, &version, err))
        return error_add(err, "agreement %s/%" PRId64 ", signed after the backup",
                         line->agreement_id, signature->version);
    line->resume.versions_back++;
    return true;
}

/* Our own suspension is a local mark beside its entry, so that it holds even when the log is closed. What the books knew
 * stands, unless an entry that came back is newer. */
static bool own_suspension_restore(struct journal *journal, struct journal_line *line,
                                   struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    struct governance_row said;
    struct entry_row entry;

    if (!governance_newest(journal->db, &arena, span_text(line->agreement_id), true,
                           MESSAGE_SUSPENSION, MESSAGE_SUSPENSION_LIFTED, &said, err)) {
        bool is_absent = err->kind == ERROR_MISSING;
        if (is_absent)
            error_clear(err);
        return is_absent;
    }
    if (!entry_find(journal->db, &arena, said.entry, &entry, err))
        return false;
    if (entry.log != line->out.id || entry.index < (int64_t)line->resume.out_from)
        return true;
    line->is_suspended_by_us = said.kind == MESSAGE_SUSPENSION;
    return agreement_suspend(journal->db, span_text(line->agreement_id),
                             line->is_suspended_by_us ? said.at_ms : 0, err);
}

bool resume_governance(struct journal *journal, struct journal_line *line, struct error *err)
{
    return (own_suspension_restore(journal, line, err) && governance_load(journal, line, err)) ||
           error_add(err, "what was said about agreement %s", line->agreement_id);
}
