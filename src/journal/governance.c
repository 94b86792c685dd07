/* What is said about the agreement itself: see governance.h. */
#include "journal/governance.h"

#include "agreement/signed.h"
#include "crypto/cms.h"
#include "journal/in_force.h"
#include "journal/resume.h"
#include "journal/version.h"
#include "message/amendment.h"
#include "message/revocation.h"
#include "message/suspension.h"
#include "store/governance_rows.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define DAY_MS            INT64_C(86400000)
#define CMS_ARENA_SIZE    (4 * AGREEMENT_ARENA_SIZE)
#define DOCUMENT_SIZE_MAX AGREEMENT_SIZE_MAX

static const struct proposal_kinds kinds = {.proposal = MESSAGE_AGREEMENT_PROPOSAL,
                                            .signature = MESSAGE_AGREEMENT_SIGNATURE,
                                            .refusal = MESSAGE_AGREEMENT_REFUSAL};

/* --- checks, the same for sender and receiver --- */

static bool PRINTF_LIKE(4, 5)
    refused(struct governance_refusal *refusal, enum outcome_ground ground, enum clause clause,
            const char *format, ...)
{
    va_list list;

    refusal->is_refused = true;
    refusal->ground = ground;
    refusal->clause = agreement_clauses[clause].number;
    va_start(list, format);
    vsnprintf(refusal->text, sizeof refusal->text, format, list);
    va_end(list);
    return true;
}

/* A fault of the document is the other side's, and refused; a fault of ours is passed on. */
static bool fault_settle(struct governance_refusal *refusal, enum clause clause, struct error *err)
{
    if (err->kind != ERROR_INPUT && err->kind != ERROR_RULE && err->kind != ERROR_CONFLICT)
        return false;
    refused(refusal, err->kind == ERROR_RULE ? OUTCOME_NOT_PERMITTED : OUTCOME_MALFORMED, clause,
            "%.400s", err->text);
    error_clear(err);
    return true;
}

/* One party's own proposal that nobody signed or refused yet. */
static bool open_find(struct journal *journal, struct journal_line *line, bool is_own,
                      struct arena *arena, struct governance_row *out, bool *is_there,
                      struct error *err)
{
    *is_there = governance_open_proposal(journal->db, arena, span_text(line->agreement_id), is_own,
                                         &kinds, out, err);
    if (*is_there || err->kind != ERROR_MISSING)
        return *is_there;
    error_clear(err);
    return true;
}

static const struct agreement_party *party_of(const struct journal_line *line,
                                              const struct agreement *agreement, bool is_own)
{
    return &agreement->parties[is_own ? line->own_side : line->partner_side];
}

/* The document that would follow the version in force at the entry's place. */
static bool document_follows(struct journal *journal, struct journal_line *line,
                             const struct governance_entry *entry,
                             const struct signed_agreement *next, int64_t version,
                             const uint8_t fingerprint[DIGEST_SIZE], struct error *err)
{
    const struct agreement *agreement = NULL;

    if (!version_agreement(journal, line, entry->version, &agreement, err))
        return false;
    if (next->agreement.version != version || !digest_is_equal(next->fingerprint, fingerprint))
        return error_set(err, ERROR_INPUT,
                         "the document is not the one that version and fingerprint name");
    return agreement_may_follow(agreement, &next->agreement, err);
}

static bool proposal_look(struct journal *journal, struct journal_line *line,
                          const struct governance_entry *entry, struct error *err)
{
    const struct agreement_proposal *proposal = entry->parsed;
    struct arena arena CLEANUP(arena_free) = arena_make(CMS_ARENA_SIZE);
    struct buffer content CLEANUP(buffer_free) = buffer_make(DOCUMENT_SIZE_MAX);
    struct signed_agreement next;
    size_t signer_count = 0;

    if (!agreement_look(proposal->signed_once, &arena, &next, &signer_count, err) ||
        !document_follows(journal, line, entry, &next, proposal->version, proposal->fingerprint,
                          err))
        return false;
    const struct agreement_party *proposer = party_of(line, &next.agreement, entry->is_own);
    return cms_verify(proposal->signed_once, &proposer->certificate_pem, 1, &content, err) ||
           error_add(err, "the proposal does not carry the signature of party %.*s alone",
                     SPAN_ARG(proposer->party));
}

static bool proposal_check(struct journal *journal, struct journal_line *line,
                           const struct governance_entry *entry, struct arena *arena,
                           struct governance_refusal *refusal, struct error *err)
{
    struct governance_row open;
    bool is_open = false;

    if (!open_find(journal, line, entry->is_own, arena, &open, &is_open, err))
        return false;
    if (is_open && open.version > entry->version)
        return refused(refusal, OUTCOME_NOT_PERMITTED, CLAUSE_AMENDMENT,
                       "a proposal of version %" PRId64 " by the same party is open", open.version);
    return proposal_look(journal, line, entry, err) || fault_settle(refusal, CLAUSE_AMENDMENT, err);
}

/* The proposal that an answer is about: the other side's, and nobody signed or refused it. */
static bool answered_check(struct journal *journal, struct journal_line *line,
                           const struct governance_entry *entry, int64_t version,
                           struct arena *arena, struct governance_refusal *refusal,
                           struct error *err)
{
    struct governance_row open;
    bool is_open = false;

    if (!open_find(journal, line, !entry->is_own, arena, &open, &is_open, err))
        return false;
    if (!is_open || entry->target == NULL || open.entry != entry->target->id ||
        open.version != version)
        return refused(refusal, OUTCOME_UNRESOLVED, CLAUSE_AMENDMENT,
                       "no proposal of version %" PRId64 " by the other party is open", version);
    return true;
}

static bool signature_look(struct journal *journal, struct journal_line *line,
                           const struct governance_entry *entry, struct error *err)
{
    const struct agreement_signature *signature = entry->parsed;
    struct arena arena CLEANUP(arena_free) = arena_make(CMS_ARENA_SIZE);
    struct arena proposal_arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    const struct agreement_proposal *proposal = NULL;
    size_t signer_count = 0;
    static struct problems problems; /* the writer alone checks */
    struct signed_agreement next;
    struct span body;

    problems_clear(&problems);
    if (!journal_body(journal, entry->target, &proposal_arena, &body, err))
        return false;
    proposal = message_read(MESSAGE_AGREEMENT_PROPOSAL, body, &proposal_arena, &problems);
    if (proposal == NULL)
        return problems_to_error(&problems, err) || error_add(err, "the proposal");
    if (!digest_is_equal(proposal->fingerprint, signature->fingerprint))
        return error_set(err, ERROR_INPUT, "another document was signed than was proposed");
    /* Its own certificates: that it may follow says that they are the old ones, or were introduced by the old ones. */
    if (!agreement_look(signature->co_signed, &arena, &next, &signer_count, err) ||
        !document_follows(journal, line, entry, &next, signature->version, signature->fingerprint,
                          err))
        return false;
    const struct span certificates[2] = {next.agreement.parties[0].certificate_pem,
                                         next.agreement.parties[1].certificate_pem};
    return agreement_verify(signature->co_signed, certificates, &arena, &next, err);
}

/* While its own proposal is open a party signs no other: so no two documents can become the same version. */
static bool signature_check(struct journal *journal, struct journal_line *line,
                            const struct governance_entry *entry, struct arena *arena,
                            struct governance_refusal *refusal, struct error *err)
{
    const struct agreement_signature *signature = entry->parsed;
    struct governance_row open;
    bool is_open = false;

    if (!answered_check(journal, line, entry, signature->version, arena, refusal, err))
        return false;
    if (refusal->is_refused)
        return true;
    if (!open_find(journal, line, entry->is_own, arena, &open, &is_open, err))
        return false;
    if (is_open && open.version > entry->version)
        return refused(refusal, OUTCOME_NOT_PERMITTED, CLAUSE_AMENDMENT,
                       "the signer's own proposal of version %" PRId64
                       " is open: withdraw it first",
                       open.version);
    return signature_look(journal, line, entry, err) ||
           fault_settle(refusal, CLAUSE_AMENDMENT, err);
}

static bool termination_check(struct journal *journal, struct journal_line *line,
                              const struct governance_entry *entry,
                              struct governance_refusal *refusal, struct error *err)
{
    const struct termination *termination = entry->parsed;
    const struct agreement *agreement = NULL;

    if (!version_agreement(journal, line, entry->version, &agreement, err))
        return false;
    int64_t notice_days = agreement_termination_of(agreement).notice_days;
    if (termination->ends_at_ms < entry->created_ms + notice_days * DAY_MS)
        return refused(refusal, OUTCOME_NOT_PERMITTED, CLAUSE_TERMINATION,
                       "agreement %s/%" PRId64 ", clause %s: less than the %" PRId64
                       " days of notice agreed",
                       line->agreement_id, agreement->version,
                       agreement_clauses[CLAUSE_TERMINATION].number, notice_days);
    return true;
}

static bool target_is(const struct governance_entry *entry, enum message_type type,
                      struct governance_refusal *refusal)
{
    if (entry->target != NULL && entry->target->type == (int64_t)type)
        return true;
    refused(refusal, OUTCOME_UNRESOLVED, CLAUSE_AMENDMENT, "in-reply-to names no %s",
            message_type_name(type));
    return false;
}

bool governance_check(struct journal *journal, struct journal_line *line,
                      const struct governance_entry *entry, struct governance_refusal *refusal,
                      struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);

    *refusal = (struct governance_refusal){.is_refused = false};
    if (entry->type == MESSAGE_AGREEMENT_PROPOSAL)
        return proposal_check(journal, line, entry, &arena, refusal, err);
    if (entry->type == MESSAGE_AGREEMENT_SIGNATURE)
        return !target_is(entry, MESSAGE_AGREEMENT_PROPOSAL, refusal) ||
               signature_check(journal, line, entry, &arena, refusal, err);
    if (entry->type == MESSAGE_AGREEMENT_REFUSAL)
        return !target_is(entry, MESSAGE_AGREEMENT_PROPOSAL, refusal) ||
               answered_check(journal, line, entry,
                              ((const struct agreement_refusal *)entry->parsed)->version, &arena,
                              refusal, err);
    if (entry->type == MESSAGE_AGREEMENT_WITHDRAWAL)
        return target_is(entry, MESSAGE_AGREEMENT_PROPOSAL, refusal) || true;
    if (entry->type == MESSAGE_SUSPENSION_LIFTED)
        return target_is(entry, MESSAGE_SUSPENSION, refusal) || true;
    if (entry->type == MESSAGE_TERMINATION)
        return termination_check(journal, line, entry, refusal, err);
    return true;
}

/* --- rows --- */

static void row_fill(enum message_type type, const void *parsed, struct governance_row *row)
{
    const struct agreement_proposal *proposal = parsed;
    const struct agreement_signature *signature = parsed;
    const struct agreement_refusal *refusal = parsed;
    const struct agreement_withdrawal *withdrawal = parsed;
    const struct suspension *suspension = parsed;
    const struct suspension_lifted *lifted = parsed;
    const struct termination *termination = parsed;
    const struct key_revocation *revocation = parsed;

    if (type == MESSAGE_AGREEMENT_PROPOSAL) {
        row->version = proposal->version;
    } else if (type == MESSAGE_AGREEMENT_SIGNATURE) {
        row->version = signature->version;
    } else if (type == MESSAGE_AGREEMENT_REFUSAL) {
        row->version = refusal->version;
        row->code = refusal->ground;
    } else if (type == MESSAGE_AGREEMENT_WITHDRAWAL) {
        row->version = withdrawal->version;
        row->at_ms = withdrawal->withdrawn_at_ms;
    } else if (type == MESSAGE_SUSPENSION) {
        row->code = suspension->reason;
        row->at_ms = suspension->suspended_at_ms;
    } else if (type == MESSAGE_SUSPENSION_LIFTED) {
        row->at_ms = lifted->lifted_at_ms;
    } else if (type == MESSAGE_TERMINATION) {
        row->code = termination->reason;
        row->at_ms = termination->ends_at_ms;
    } else if (type == MESSAGE_KEY_REVOCATION) {
        row->code = revocation->reason;
        row->at_ms = revocation->revoked_at_ms;
    }
}

bool governance_apply(struct journal *journal, const struct apply_input *input, const void *parsed,
                      struct arena *arena, struct error *err)
{
    struct governance_row row = {.entry = input->entry->id,
                                 .agreement = span_text(input->line->agreement_id),
                                 .kind = input->head->type,
                                 .is_own = input->is_own,
                                 .at_ms = input->head->created_ms};
    struct position from = {
        .entry = input->entry->id, .seen = input->head->seen, .is_own = input->is_own};
    struct entry_row target;

    row_fill(input->head->type, parsed, &row);
    if (input->head->has_in_reply_to) {
        if (!reference_resolve(journal, input->line, &from, &input->head->in_reply_to, arena,
                               &target, err))
            return false; /* governance_check found it */
        row.target = target.id;
    }
    return governance_insert(journal->db, &row, err);
}

/* --- effect --- */

static void suspension_set(struct journal_line *line)
{
    line->is_suspended = line->is_suspended_by_us || line->is_suspended_by_partner;
    line->has_waiting = true;
}

static bool newest_find(struct journal *journal, struct journal_line *line, bool is_own,
                        enum message_type kind, enum message_type other, struct arena *arena,
                        struct governance_row *out, bool *is_there, struct error *err)
{
    *is_there = governance_newest(journal->db, arena, span_text(line->agreement_id), is_own, kind,
                                  other, out, err);
    if (*is_there || err->kind != ERROR_MISSING)
        return *is_there;
    error_clear(err);
    return true;
}

static bool ends_load(struct journal *journal, struct journal_line *line, bool is_own,
                      struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    struct line_end *end = &line->ends[is_own ? 0 : 1];
    struct governance_row row;
    struct entry_row entry;
    bool is_there = false;

    *end = (struct line_end){.ends_ms = 0};
    if (!newest_find(journal, line, is_own, MESSAGE_TERMINATION, MESSAGE_TERMINATION, &arena, &row,
                     &is_there, err) ||
        (is_there && !entry_find(journal->db, &arena, row.entry, &entry, err)))
        return false;
    if (is_there)
        *end = (struct line_end){.ends_ms = row.at_ms,
                                 .entry = row.entry,
                                 .position = version_position(line, entry.log, entry.index)};
    return true;
}

bool governance_load(struct journal *journal, struct journal_line *line, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct governance_row row;
    bool is_there = false;

    if (!newest_find(journal, line, false, MESSAGE_SUSPENSION, MESSAGE_SUSPENSION_LIFTED, &arena,
                     &row, &is_there, err) ||
        !ends_load(journal, line, true, err) || !ends_load(journal, line, false, err))
        return error_add(err, "suspensions of agreement %s", line->agreement_id);
    line->is_suspended_by_partner = is_there && row.kind == MESSAGE_SUSPENSION;
    suspension_set(line);
    return true;
}

int64_t governance_ends(const struct journal_line *line, bool is_own, uint64_t position,
                        uint64_t seen)
{
    int64_t ends_ms = 0;

    for (size_t i = 0; i < 2; i++) {
        const struct line_end *end = &line->ends[i];
        uint64_t below = (i == 0) == is_own ? position : seen;
        if (end->ends_ms != 0 && end->position < below && (ends_ms == 0 || end->ends_ms < ends_ms))
            ends_ms = end->ends_ms;
    }
    return ends_ms;
}

int64_t journal_ends_ms(const struct journal_line *line)
{
    return governance_ends(line, true, VERSION_APPENDING, chain_size(line, SIDE_PARTNER));
}

int64_t journal_over_ms(const struct journal_line *line)
{
    int64_t ends_ms = journal_ends_ms(line);
    int64_t valid_to_ms = line->agreement.valid_to_ms;

    return ends_ms != 0 && ends_ms < valid_to_ms ? ends_ms : valid_to_ms;
}

void governance_numbered(struct journal_line *line, int64_t entry, uint64_t position)
{
    version_numbered(line, entry, position);
    if (line->ends[0].entry == entry)
        line->ends[0].position = position;
}

struct governance_marks governance_mark(const struct journal_line *line)
{
    return (struct governance_marks){.versions = versions_count(line),
                                     .is_suspended = line->is_suspended,
                                     .is_suspended_by_us = line->is_suspended_by_us,
                                     .is_suspended_by_partner = line->is_suspended_by_partner,
                                     .ends = {line->ends[0], line->ends[1]}};
}

void governance_restore(struct journal_line *line, const struct governance_marks *marks)
{
    versions_restore(line, marks->versions);
    line->is_suspended = marks->is_suspended;
    line->is_suspended_by_us = marks->is_suspended_by_us;
    line->is_suspended_by_partner = marks->is_suspended_by_partner;
    memcpy(line->ends, marks->ends, sizeof line->ends);
}

static bool adopt(struct journal *journal, struct journal_line *line,
                  const struct governance_entry *entry, struct error *err)
{
    const struct agreement_signature *signature = entry->parsed;
    struct line_version version = {.number = signature->version,
                                   .entry = entry->entry,
                                   .is_own = entry->is_own,
                                   .position = entry->position};

    if (!version_adopt(journal, line, signature->co_signed, signature->fingerprint, &version, err))
        return false;
    journal_event_add(journal, JOURNAL_TRUST, line, entry->entry, 0);
    return true;
}

/* --- our own entries --- */

bool governance_append(struct journal *journal, struct journal_line *line,
                       const struct governance_draft *given, struct appended *out,
                       struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    struct governance_refusal refusal;
    struct entry_row target;
    struct reference reference;
    struct governance_entry entry = {.is_own = true,
                                     .position = VERSION_WAITING,
                                     .type = given->type,
                                     .created_ms = journal_now_ms(journal),
                                     .version = line->agreement.version,
                                     .parsed = given->parsed};
    struct draft draft = {.type = given->type,
                          .unit = journal_unit(journal, line),
                          .body = given->body,
                          .parsed = given->parsed,
                          .may_wait = given->may_wait};

    if (given->target != 0) {
        if (!entry_find(journal->db, &arena, given->target, &target, err))
            return false;
        reference.origin = span_text(journal_origin(line, target.log));
        memcpy(reference.id, target.message_id.data, UUID_SIZE);
        draft.in_reply_to = &reference;
        entry.target = &target;
    }
    if (!governance_check(journal, line, &entry, &refusal, err))
        return false;
    if (refusal.is_refused)
        return error_set(err, ERROR_RULE, "%s", refusal.text);
    if (!journal_append(journal, line, &draft, out, err))
        return false;
    entry.entry = out->entry;
    if (given->type == MESSAGE_AGREEMENT_SIGNATURE)
        return adopt(journal, line, &entry, err);
    return given->type != MESSAGE_TERMINATION || ends_load(journal, line, true, err);
}

static bool written(bool ok, const struct buffer *body, struct error *err)
{
    return (ok && !body->failed && body->size <= BODY_SIZE_MAX) ||
           error_set(err, ERROR_LIMIT, "the document is too large: at most %u bytes",
                     AMENDMENT_CMS_SIZE_MAX);
}

bool journal_propose(struct journal *journal, struct journal_line *line, struct span signed_once,
                     struct appended *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(CMS_ARENA_SIZE);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct signed_agreement next;
    size_t signer_count = 0;

    if (!agreement_look(signed_once, &arena, &next, &signer_count, err) ||
        !version_permits(version_own(journal), &next.agreement, err))
        return false;
    struct agreement_proposal proposal = {.version = next.agreement.version,
                                          .signed_once = signed_once};
    memcpy(proposal.fingerprint, next.fingerprint, DIGEST_SIZE);
    struct governance_draft draft = {.type = MESSAGE_AGREEMENT_PROPOSAL, .parsed = &proposal};
    if (!written(agreement_proposal_write(&proposal, &body), &body, err))
        return false;
    draft.body = buffer_span(&body);
    return governance_append(journal, line, &draft, out, err);
}

/* The partner's open proposal, or ours. */
static bool open_needed(struct journal *journal, struct journal_line *line, bool is_own,
                        struct governance_row *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    bool is_there = false;

    if (!open_find(journal, line, is_own, &arena, out, &is_there, err))
        return false;
    return is_there || error_set(err, ERROR_MISSING, "agreement %s: no proposal %s is open",
                                 line->agreement_id, is_own ? "of ours" : "of the partner");
}

/* A second signature is in force at once. Books that an older state of this machine was put back over may lack the one that
 * was given already, and with two of them a resume could not place either. */
static bool met_needed(const struct journal_line *line, struct error *err)
{
    return line->has_met ||
           error_set(err, ERROR_BUSY,
                     "agreement %s: this node has not met %s since its start; nothing is signed "
                     "second before it has seen what %s holds",
                     line->agreement_id, line->partner, line->partner);
}

bool journal_accept_proposal(struct journal *journal, struct journal_line *line,
                             struct span co_signed, struct appended *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(CMS_ARENA_SIZE);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct governance_row open;
    struct signed_agreement next;
    size_t signer_count = 0;

    if (!open_needed(journal, line, false, &open, err) || !met_needed(line, err) ||
        !agreement_look(co_signed, &arena, &next, &signer_count, err) ||
        !version_permits(version_own(journal), &next.agreement, err))
        return false;
    struct agreement_signature signature = {.version = next.agreement.version,
                                            .co_signed = co_signed};
    memcpy(signature.fingerprint, next.fingerprint, DIGEST_SIZE);
    struct governance_draft draft = {
        .type = MESSAGE_AGREEMENT_SIGNATURE, .parsed = &signature, .target = open.entry};
    if (!written(agreement_signature_write(&signature, &body), &body, err))
        return false;
    draft.body = buffer_span(&body);
    return governance_append(journal, line, &draft, out, err);
}

bool journal_open_proposal(struct journal *journal, struct journal_line *line, bool is_own,
                           struct arena *arena, int64_t *version, struct span *signed_once,
                           struct error *err)
{
    static struct problems problems; /* the writer alone asks */
    struct governance_row open;
    struct entry_row entry;
    struct span body;

    problems_clear(&problems);
    if (!open_needed(journal, line, is_own, &open, err) ||
        !entry_find(journal->db, arena, open.entry, &entry, err) ||
        !journal_body(journal, &entry, arena, &body, err))
        return false;
    const struct agreement_proposal *proposal =
        message_read(MESSAGE_AGREEMENT_PROPOSAL, body, arena, &problems);
    if (proposal == NULL)
        return problems_to_error(&problems, err) || error_add(err, "the proposal");
    *version = proposal->version;
    *signed_once = proposal->signed_once;
    return true;
}

static bool refusal_append(struct journal *journal, struct journal_line *line,
                           const struct governance_row *open, enum amendment_refusal ground,
                           struct appended *out, struct error *err)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(4096);
    struct agreement_refusal refusal = {.version = open->version, .ground = ground};
    struct governance_draft draft = {.type = MESSAGE_AGREEMENT_REFUSAL,
                                     .parsed = &refusal,
                                     .target = open->entry,
                                     .may_wait = ground == AMENDMENT_REFUSED_WITHDRAWN};

    if (!written(agreement_refusal_write(&refusal, &body), &body, err))
        return false;
    draft.body = buffer_span(&body);
    return governance_append(journal, line, &draft, out, err);
}

bool journal_refuse_proposal(struct journal *journal, struct journal_line *line,
                             enum amendment_refusal ground, struct appended *out, struct error *err)
{
    struct governance_row open;

    return open_needed(journal, line, false, &open, err) &&
           refusal_append(journal, line, &open, ground, out, err);
}

bool journal_withdraw_proposal(struct journal *journal, struct journal_line *line,
                               struct appended *out, struct error *err)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(4096);
    struct governance_row open;

    if (!open_needed(journal, line, true, &open, err))
        return false;
    struct agreement_withdrawal withdrawal = {.version = open.version,
                                              .withdrawn_at_ms = journal_now_ms(journal)};
    struct governance_draft draft = {
        .type = MESSAGE_AGREEMENT_WITHDRAWAL, .parsed = &withdrawal, .target = open.entry};
    if (!written(agreement_withdrawal_write(&withdrawal, &body), &body, err))
        return false;
    draft.body = buffer_span(&body);
    return governance_append(journal, line, &draft, out, err);
}

static bool suspension_say(struct journal *journal, struct journal_line *line,
                           enum suspension_reason reason, struct error *err)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(4096);
    struct suspension suspension = {.reason = reason, .suspended_at_ms = journal_now_ms(journal)};
    struct governance_draft draft = {
        .type = MESSAGE_SUSPENSION, .parsed = &suspension, .may_wait = true};
    struct appended appended;

    if (!written(suspension_write(&suspension, &body), &body, err))
        return false;
    draft.body = buffer_span(&body);
    return governance_append(journal, line, &draft, &appended, err);
}

static bool lifting_say(struct journal *journal, struct journal_line *line, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct buffer body CLEANUP(buffer_free) = buffer_make(4096);
    struct suspension_lifted lifted = {.lifted_at_ms = journal_now_ms(journal)};
    struct governance_draft draft = {
        .type = MESSAGE_SUSPENSION_LIFTED, .parsed = &lifted, .may_wait = true};
    struct governance_row said;
    struct appended appended;
    bool is_there = false;

    if (!newest_find(journal, line, true, MESSAGE_SUSPENSION, MESSAGE_SUSPENSION_LIFTED, &arena,
                     &said, &is_there, err))
        return false;
    if (!is_there || said.kind != MESSAGE_SUSPENSION)
        return true; /* the partner was never told */
    draft.target = said.entry;
    if (!written(suspension_lifted_write(&lifted, &body), &body, err))
        return false;
    draft.body = buffer_span(&body);
    line->owes_lifting = true;
    return governance_append(journal, line, &draft, &appended, err);
}

static bool suspension_tell(struct journal *journal, struct journal_line *line, bool is_suspended,
                            enum suspension_reason reason, struct error *err)
{
    return is_suspended ? suspension_say(journal, line, reason, err)
                        : lifting_say(journal, line, err);
}

bool suspension_settle(struct journal *journal, struct journal_line *line, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct governance_row said;
    bool is_there = false;

    if (!newest_find(journal, line, true, MESSAGE_SUSPENSION, MESSAGE_SUSPENSION_LIFTED, &arena,
                     &said, &is_there, err))
        return false;
    return line->out.read_only[0] == '\0' ||
           (is_there && said.kind == MESSAGE_SUSPENSION) == line->is_suspended_by_us ||
           suspension_tell(journal, line, line->is_suspended_by_us, SUSPENSION_RECORDS, err);
}

/* It holds here at once, even when our log stands still and the partner learns it from the successor: safety first. Books
 * that are behind do not know yet under which version it would stand; the end of their log says it. */
bool journal_suspend(struct journal *journal, struct journal_line *line, bool is_suspended,
                     enum suspension_reason reason, struct error *err)
{
    if (line->is_suspended_by_us == is_suspended)
        return true;
    if (!agreement_suspend(journal->db, span_text(line->agreement_id),
                           is_suspended ? journal_now_ms(journal) : 0, err))
        return false;
    if (!journal_is_behind(line) && !suspension_tell(journal, line, is_suspended, reason, err))
        return false;
    line->is_suspended_by_us = is_suspended;
    suspension_set(line);
    line->is_releasing = line->has_held;
    line->release_after = 0;
    journal_event_add(journal, JOURNAL_SUSPENDED, line, 0, 0);
    return true;
}

bool journal_terminate(struct journal *journal, struct journal_line *line, int64_t ends_at_ms,
                       enum suspension_reason reason, struct appended *out, struct error *err)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(4096);
    struct termination termination = {.ends_at_ms = ends_at_ms, .reason = reason};
    struct governance_draft draft = {.type = MESSAGE_TERMINATION, .parsed = &termination};

    if (!written(termination_write(&termination, &body), &body, err))
        return false;
    draft.body = buffer_span(&body);
    return governance_append(journal, line, &draft, out, err);
}

bool journal_may_terminate(struct journal *journal, struct journal_line *line, int64_t ends_at_ms,
                           struct error *err)
{
    struct governance_refusal refusal;
    struct termination termination = {.ends_at_ms = ends_at_ms};
    struct governance_entry entry = {.is_own = true,
                                     .position = VERSION_WAITING,
                                     .type = MESSAGE_TERMINATION,
                                     .created_ms = journal_now_ms(journal),
                                     .version = line->agreement.version,
                                     .parsed = &termination};

    return governance_check(journal, line, &entry, &refusal, err) &&
           (!refusal.is_refused || error_set(err, ERROR_RULE, "%s", refusal.text));
}

/* --- the partner's --- */

/* Each proposal ends by the hand of the party that received it: asked for it back, this node refuses it, unless an
 * officer signed it already. */
static bool withdrawal_answer(struct journal *journal, struct journal_line *line,
                              const struct governance_entry *entry, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(64 * 1024);
    struct governance_row open;
    struct appended appended;
    bool is_there = false;

    if (!open_find(journal, line, false, &arena, &open, &is_there, err))
        return false;
    if (!is_there || open.entry != entry->target->id)
        return true;
    return refusal_append(journal, line, &open, AMENDMENT_REFUSED_WITHDRAWN, &appended, err);
}

bool governance_settle(struct journal *journal, struct journal_line *line,
                       const struct governance_entry *entry, struct error *err)
{
    if (entry->type == MESSAGE_AGREEMENT_SIGNATURE)
        return adopt(journal, line, entry, err);
    if (entry->type == MESSAGE_AGREEMENT_WITHDRAWAL)
        return withdrawal_answer(journal, line, entry, err);
    if (entry->type == MESSAGE_TERMINATION)
        return ends_load(journal, line, false, err);
    if (entry->type == MESSAGE_KEY_REVOCATION)
        journal_event_add(journal, JOURNAL_TRUST, line, entry->entry, 0);
    if (entry->type == MESSAGE_SUSPENSION || entry->type == MESSAGE_SUSPENSION_LIFTED) {
        line->is_suspended_by_partner = entry->type == MESSAGE_SUSPENSION;
        suspension_set(line);
        line->is_releasing = line->has_held && !line->is_suspended;
        line->release_after = 0;
        journal_event_add(journal, JOURNAL_ALARM, line, entry->entry, 0);
    }
    return true;
}
