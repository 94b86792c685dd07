/*
 * Succession: log n ends at a size that a signed document allows, log n + 1 begins with that document as its entry 0. The
 * same act serves yearly closing, change and theft of keys, a lost keeper, a restored or cloned node. What waited in log n,
 * or stood beyond its end, waits in log n + 1 to be numbered. docs/protocol.md 1.1.
 */
#include "journal/governance.h"
#include "journal/private.h"
#include "journal/resume.h"

#include "agreement/succession.h"
#include "message/reference.h"

#include <inttypes.h>
#include <stdio.h>

#define CLOSING_MS INT64_C(60000) /* numbering pauses so long for the last receipts, not for good */

static int64_t monotonic_ms(const struct journal *journal)
{
    return journal->env->monotonic_ms(journal->env->context);
}

/* --- documents --- */

static bool document_certify(struct journal_line *line, size_t writer, struct span cms,
                             struct arena *arena, struct succession_document *out,
                             struct error *err)
{
    const struct agreement_party *parties = line->agreement.parties;
    const struct span certificates[2] = {parties[writer].certificate_pem,
                                         parties[1 - writer].certificate_pem};
    size_t signer_count = 0;

    if (!succession_look(cms, arena, out, &signer_count, err))
        return false;
    if (!span_equal(origin_party(out->origin), parties[writer].party))
        return error_set(err, ERROR_RULE, "log %.*s is not one of %.*s", SPAN_ARG(out->origin),
                         SPAN_ARG(parties[writer].party));
    return succession_verify(cms, certificates, origin_is_domestic(out->origin) ? 1 : 2, arena, out,
                             err);
}

/* Where the log ends, as told, may not contradict what the institutions signed. */
static bool end_check(const struct succession *told, const struct succession_document *document,
                      struct error *err)
{
    bool is_there = told->size == document->size;

    if (is_there && memcmp(told->root, document->root, sizeof told->root) == 0)
        return true;
    if (!is_there && told->size > document->size && succession_is_planned(document->reason))
        return true;
    return error_set(err, ERROR_RULE,
                     "log %.*s is said to end at %" PRIu64 ", its document (%s) says %" PRIu64 "%s",
                     SPAN_ARG(document->origin), told->size,
                     succession_reason_names[document->reason], document->size,
                     is_there ? " with another root" : "");
}

/* A number stands for one set of keys, and never goes back. */
static bool number_check(const struct succession_keys *now, const struct succession_document *next,
                         struct error *err)
{
    uint8_t rows[2][KEYS_ROW_SIZE];

    keys_write_row(now, rows[0]);
    keys_write_row(&next->keys, rows[1]);
    return next->keys.number > now->number || memcmp(rows[0], rows[1], KEYS_ROW_SIZE) == 0 ||
           error_set(err, ERROR_RULE,
                     "the succession of %.*s names keys %u, which are others or older than keys %u",
                     SPAN_ARG(next->origin), next->keys.number, now->number);
}

bool succession_check(struct journal *journal, struct journal_line *line, bool is_own,
                      const struct succession *told, struct arena *arena,
                      struct succession_document *out, struct error *err)
{
    (void)journal;
    return document_certify(line, is_own ? line->own_side : line->partner_side, told->document,
                            arena, out, err) &&
           end_check(told, out, err);
}

/* --- preparing --- */

static bool is_current(const struct journal_log *log, struct span origin)
{
    return log->id != 0 && span_is(origin, log->origin);
}

static struct journal_line *line_of_origin(struct journal *journal, struct span origin)
{
    for (size_t i = 0; i < journal->line_count; i++)
        if (is_current(&journal->lines[i].out, origin))
            return &journal->lines[i];
    return NULL;
}

static bool root_at(struct journal *journal, const struct journal_log *log, uint64_t size,
                    struct compact_range *range, struct tlog_hash *root, struct error *err)
{
    if (size == log->size)
        *range = log->range;
    else if (!log_range_at(journal, log, size, range, err))
        return false;
    compact_range_root(range, root);
    return true;
}

/* Nothing more is sent in a log whose keys are in other hands, or whose books are not whole. */
static bool stop_for_good(struct journal *journal, struct journal_log *log, uint64_t size,
                          enum succession_reason reason, struct error *err)
{
    char why[ERROR_TEXT_SIZE];

    if (succession_is_planned(reason) || log->read_only[0] != '\0')
        return true;
    snprintf(why, sizeof why, "ends at size %" PRIu64 " (%s): its successor waits for signatures",
             size, succession_reason_names[reason]);
    log_stop(journal, log, why);
    return log_set_read_only(journal->db, log->id, span_text(why), err);
}

bool journal_succession_prepare(struct journal *journal, struct span origin,
                                enum succession_reason reason, const struct succession_keys *keys,
                                struct succession_document *out, struct error *err)
{
    struct journal_line *line = line_of_origin(journal, origin);
    bool is_domestic = is_current(&journal->domestic, origin);
    struct journal_log *log = is_domestic ? &journal->domestic : line != NULL ? &line->out : NULL;
    struct compact_range range;
    struct tlog_hash root;

    if (log == NULL)
        return error_set(err, ERROR_MISSING, "'%.*s' is no log of this node that could end",
                         SPAN_ARG(origin));
    /* Beyond the last cosignature nothing is proved to anyone: it goes over to the successor. */
    *out =
        (struct succession_document){.origin = origin,
                                     .size = !is_domestic         ? line->cosigned
                                             : log->has_signature ? log->signed_size
                                                                  : 0,
                                     .reason = reason,
                                     .keys = is_domestic ? journal->domestic_keys : line->own_keys,
                                     .made_ms = journal_now_ms(journal)};
    if (keys != NULL) {
        uint16_t number = (uint16_t)(out->keys.number + 1);
        out->keys = *keys;
        out->keys.number = number;
    }
    if (!root_at(journal, log, out->size, &range, &root, err))
        return false;
    memcpy(out->root, root.bytes, sizeof out->root);
    return is_domestic || stop_for_good(journal, log, out->size, reason, err);
}

bool journal_succession_allow(struct journal *journal, struct span cms, struct arena *arena,
                              struct succession_document *out, struct error *err)
{
    struct compact_range range;
    struct tlog_hash root;
    size_t signer_count = 0;

    if (!succession_look(cms, arena, out, &signer_count, err))
        return false;
    struct journal_line *line = journal_line_to(journal, origin_party(out->origin));
    if (line == NULL || !span_is(out->origin, line->in.origin))
        return error_set(err, ERROR_MISSING, "log %.*s is not in our custody, or has ended already",
                         SPAN_ARG(out->origin));
    if (!succession_verify_first(cms, line->agreement.parties[line->partner_side].certificate_pem,
                                 arena, out, err) ||
        !number_check(&line->partner_keys, out, err))
        return false;
    bool is_planned = succession_is_planned(out->reason);
    if (out->size > line->in.size || (!is_planned && out->size < line->in.size))
        return error_set(
            err, ERROR_CONFLICT,
            "%s says that %.*s ends at %" PRIu64 ", our custody of it is %" PRIu64 ": %s",
            line->partner, SPAN_ARG(out->origin), out->size, line->in.size,
            out->size > line->in.size ? "our books are behind, resume first"
                                      : "it must fetch what we hold before its log can end");
    if (!root_at(journal, &line->in, out->size, &range, &root, err))
        return false;
    if (memcmp(root.bytes, out->root, sizeof out->root) != 0)
        return error_set(err, ERROR_CONFLICT,
                         "%s says that %.*s ends with another tree than the one in our custody",
                         line->partner, SPAN_ARG(out->origin));
    return stop_for_good(journal, &line->in, out->size, out->reason, err);
}

/* --- the writer's side --- */

/* What follows from the document and the moment. */
struct ending {
    struct succession told;
    struct compact_range range;
    struct tlog_hash root;
    struct succession_keys keys_before;
    struct succession_document document;
};

static bool ending_at(struct journal *journal, const struct journal_log *log, uint64_t size,
                      struct ending *ending, struct error *err)
{
    ending->told.size = size;
    if (!root_at(journal, log, size, &ending->range, &ending->root, err))
        return false;
    memcpy(ending->told.root, ending->root.bytes, sizeof ending->told.root);
    return end_check(&ending->told, &ending->document, err);
}

/* Rows: the old log ends, the new one begins, what waits goes over. */
static bool rows_turn(struct journal *journal, const struct journal_log *log,
                      const struct ending *ending, struct log_row *row, struct journal_log *next,
                      struct error *err)
{
    struct buffer frontier CLEANUP(buffer_free) = buffer_make(sizeof ending->range + 64);
    uint8_t keys[KEYS_ROW_SIZE];
    char origin[ORIGIN_SIZE_MAX + 1];

    keys_write_row(&ending->document.keys, keys);
    if (!succession_next(span_text(log->origin), origin, err) ||
        !compact_range_write(&ending->range, &frontier))
        return false;
    row->origin = span_text(origin);
    row->kind = log->kind;
    row->before = log->id;
    row->keys = span_make(keys, sizeof keys);
    row->custody = (int64_t)ending->told.custody;
    return log_end(journal->db, log->id, (int64_t)ending->told.size, buffer_span(&frontier), err) &&
           log_make(journal, row, next, err) &&
           log_hand_over(journal->db, log->id, (int64_t)ending->told.size, next->id, err);
}

static bool chain_turn(struct journal *journal, struct journal_chain *chain,
                       const struct journal_log *log, const struct ending *ending,
                       struct error *err)
{
    struct journal_past past = {.id = log->id,
                                .size = ending->told.size,
                                .root = ending->root,
                                .keys = ending->keys_before,
                                .custody_to = ending->told.custody};

    snprintf(past.origin, sizeof past.origin, "%s", log->origin);
    return chain_add(journal, chain, &past, err);
}

static bool body_make(const struct succession *told, struct buffer *out, struct error *err)
{
    return succession_write(told, out) ||
           error_set(err, ERROR_LIMIT, "a succession does not fit in a body");
}

/* A planned end waits until the partner has receipted all that has a number; meanwhile nothing more gets one. */
static bool is_drained(struct journal *journal, struct journal_line *line, struct error *err)
{
    if (line->cosigned == line->out.size && line->out.pending_count == 0 &&
        line->in.pending_count == 0 && !log_is_unsigned(&line->in) &&
        !journal_is_behind_keeper(&line->in))
        return true;
    line->closing_until_ms = monotonic_ms(journal) + CLOSING_MS;
    return error_set(err, ERROR_BUSY,
                     "log %s: %s has receipted %" PRIu64 " of %" PRIu64
                     " entries; numbering pauses, ask again in a moment",
                     line->out.origin, line->partner, line->cosigned, line->out.size);
}

/* The partner may hold more of this log than these books: of restored ones, and of a machine that was put back. Where an
 * unplanned end lies, the partner compared itself. */
static bool end_is_known(const struct journal *journal, const struct journal_line *line,
                         bool is_planned, struct error *err)
{
    return (!line->is_unproved && (line->has_met || !is_planned)) ||
           error_set(err, ERROR_BUSY,
                     "%s has not shown yet what it holds of the logs of %s: none of them ends "
                     "before",
                     line->partner, journal->party);
}

/* Up to where the custody key that ends may have given receipts. Of a keeper that lost its record nobody knows whether it
 * signed the newest one, which these books may lack and the partner hold: as far as custody goes. */
static uint64_t receipted_size(const struct journal_log *mirror)
{
    if (journal_is_behind_keeper(mirror))
        return mirror->reach.size;
    if (mirror->awaits_fresh > 0)
        return mirror->size;
    return mirror->has_signature ? mirror->signed_size : 0;
}

static bool out_ending(struct journal *journal, struct journal_line *line, struct ending *ending,
                       struct error *err)
{
    const struct succession_document *document = &ending->document;
    bool is_planned = succession_is_planned(document->reason);

    if (!end_is_known(journal, line, is_planned, err))
        return false;

    if (is_planned && line->out.read_only[0] != '\0')
        return error_set(err, ERROR_CONFLICT, "log %s is read-only: %.300s", line->out.origin,
                         line->out.read_only);
    if (is_planned && !is_drained(journal, line, err))
        return false;
    if (!is_planned && line->cosigned > document->size)
        return error_set(err, ERROR_CONFLICT,
                         "log %s: %s receipted up to %" PRIu64
                         " since the document was written; prepare another",
                         line->out.origin, line->partner, line->cosigned);
    ending->told.custody = line->in_past.base + receipted_size(&line->in);
    return number_check(&line->own_keys, document, err) &&
           ending_at(journal, &line->out, is_planned ? line->out.size : document->size, ending,
                     err);
}

/* The keeper must be able to sign what follows. */
static bool keys_are_held(const struct journal *journal, const struct succession_document *document,
                          struct error *err)
{
    return own_set(journal, &document->keys) != KEYS_NOT_HELD ||
           error_set(err, ERROR_CONFLICT,
                     "the keeper does not hold the keys that the succession of %.*s names: make "
                     "them with `besa keeper renew` and start the node anew",
                     SPAN_ARG(document->origin));
}

static bool out_succeed(struct journal *journal, struct journal_line *line, struct ending *ending,
                        struct error *err)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct journal_log next;
    struct log_row row = {.agreement = span_text(line->agreement_id),
                          .partner = span_text(line->partner)};

    struct line_resume resumed = line->resume;

    resumed.state = RESUME_NONE;
    if (journal_is_behind(line))
        return error_set(err, ERROR_CONFLICT,
                         "log %s: %s holds more than our books: resume first (besa resume order)",
                         line->out.origin, line->partner);
    ending->keys_before = line->own_keys;
    if (!suspension_settle(journal, line, err) || !out_ending(journal, line, ending, err) ||
        !resume_state_set(journal, line, &resumed, err) || !body_make(&ending->told, &body, err) ||
        !rows_turn(journal, &line->out, ending, &row, &next, err) ||
        !chain_turn(journal, &line->out_past, &line->out, ending, err))
        return error_add(err, "ending log %s", line->out.origin);
    struct journal_log before = line->out;
    line->out = next;
    line->own_keys = ending->document.keys;
    /* What the ended log did not keep waits again, the end of a suspension among it. */
    if (!append_first(journal, line, buffer_span(&body), err) ||
        !number_owed_load(journal, line, err)) {
        log_free(&line->out);
        line->out = before;
        line->own_keys = ending->keys_before;
        line->out_past.count--;
        line->out_past.base -= ending->told.size;
        return error_add(err, "beginning log %s", next.origin);
    }
    log_free(&before);
    line->cosigned = 0;
    line->held_there = 0;
    line->posted_to = 0;
    line->first_post_ms = 0;
    line->failed_to = 0;
    line->ahead = 0;
    line->has_waiting = true;
    line->closing_until_ms = 0;
    line->owes_withdrawn = false; /* it stands behind what it is of */
    journal_event_add(journal, JOURNAL_SEALED, line, 0, line->out.size);
    return true;
}

/* --- the domestic log --- */

static bool domestic_ending(struct journal *journal, struct ending *ending, struct error *err)
{
    const struct journal_log *log = &journal->domestic;
    uint64_t size = log->has_signature ? log->signed_size : 0;

    bool is_planned = succession_is_planned(ending->document.reason);

    for (size_t i = 0; i < journal->line_count; i++)
        if (!end_is_known(journal, &journal->lines[i], is_planned, err))
            return false;
    if (!is_planned)
        return ending_at(journal, log, ending->document.size, ending, err);
    for (size_t i = 0; i < journal->line_count; i++)
        if (journal->lines[i].witnessed != size)
            return error_set(err, ERROR_BUSY,
                             "log %s: %s has not witnessed size %" PRIu64
                             " yet; ask again in a moment",
                             log->origin, journal->lines[i].partner, size);
    return ending_at(journal, log, size, ending, err);
}

/* Each partner is told in its own line, so that its witness may follow: as soon as the log to it goes on, where that one is
 * read-only too. After a restore both often are, and neither may have to wait for the other. */
static bool partners_tell(struct journal *journal, struct span body, struct error *err)
{
    for (size_t i = 0; i < journal->line_count; i++) {
        struct journal_line *line = &journal->lines[i];
        struct draft draft = {.type = MESSAGE_SUCCESSION,
                              .unit = journal_unit(journal, line),
                              .body = body,
                              .may_wait = true};
        struct appended appended;
        if (!journal_append(journal, line, &draft, &appended, err))
            return error_add(err, "telling %s", line->partner);
    }
    return true;
}

static bool domestic_succeed(struct journal *journal, struct ending *ending, struct error *err)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct journal_log next;
    struct log_row row = {.kind = LOG_DOMESTIC};

    ending->keys_before = journal->domestic_keys;
    if (!domestic_ending(journal, ending, err) || !body_make(&ending->told, &body, err) ||
        !number_check(&journal->domestic_keys, &ending->document, err) ||
        !partners_tell(journal, buffer_span(&body), err) ||
        !rows_turn(journal, &journal->domestic, ending, &row, &next, err) ||
        !chain_turn(journal, &journal->domestic_past, &journal->domestic, ending, err))
        return error_add(err, "ending log %s", journal->domestic.origin);
    struct journal_log before = journal->domestic;
    journal->domestic = next;
    journal->domestic_keys = ending->document.keys;
    if (!append_first(journal, NULL, buffer_span(&body), err)) {
        log_free(&journal->domestic);
        journal->domestic = before;
        journal->domestic_keys = ending->keys_before;
        journal->domestic_past.count--;
        journal->domestic_past.base -= ending->told.size;
        return error_add(err, "beginning log %s", next.origin);
    }
    log_free(&before);
    for (size_t i = 0; i < journal->line_count; i++)
        journal->lines[i].witnessed = journal->lines[i].witness_from = 0;
    for (size_t i = 0; i < journal->line_count; i++)
        journal->lines[i].witnessed_time_s = 0;
    journal->wants_beat = true;
    return true;
}

bool journal_succeed(struct journal *journal, struct span cms, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct ending ending = {.told = {.document = cms}};
    size_t signer_count = 0;

    if (cms.size > SUCCESSION_CMS_MAX)
        return error_set(err, ERROR_LIMIT, "a succession has %zu bytes; %u allowed", cms.size,
                         SUCCESSION_CMS_MAX);
    if (!succession_look(cms, &arena, &ending.document, &signer_count, err))
        return false;
    bool is_domestic = is_current(&journal->domestic, ending.document.origin);
    struct journal_line *line = is_domestic && journal->line_count > 0
                                    ? &journal->lines[0]
                                    : line_of_origin(journal, ending.document.origin);
    if (line == NULL)
        return error_set(err, ERROR_MISSING, "log %.*s is none that could end here, or has ended",
                         SPAN_ARG(ending.document.origin));
    if (!document_certify(line, line->own_side, cms, &arena, &ending.document, err) ||
        !keys_are_held(journal, &ending.document, err))
        return false;
    return is_domestic ? domestic_succeed(journal, &ending, err)
                       : out_succeed(journal, line, &ending, err);
}

/* --- the partner's side --- */

static bool refuse(struct accepted *out, enum post_refusal refusal)
{
    out->refusal = refusal;
    return false;
}

/* Entry 0 of the post: its head, its body under that head's digest, and what it tells. */
static bool first_read(const struct post *post, struct arena *arena, struct succession *out,
                       struct error *err)
{
    static struct problems problems; /* the writer alone accepts */
    const struct post_entry *entry = &post->entries[0];
    uint8_t digest[DIGEST_SIZE];
    struct head head;

    if (!head_read(entry->head, arena, &head, err))
        return false;
    digest_salted(entry->salt, entry->body, digest);
    if (head.type != MESSAGE_SUCCESSION || !digest_is_equal(digest, head.body_digest))
        return error_set(err, ERROR_INPUT, "a log that follows another begins with a succession");
    problems_clear(&problems);
    return succession_read(entry->body, arena, out, &problems) || problems_to_error(&problems, err);
}

/* It must end where our custody ends: not below, or entries that we receipted would be void; not beyond, or we lack some. */
static bool end_meets_custody(struct journal_line *line, const struct succession *told,
                              struct accepted *out, struct error *err)
{
    struct tlog_hash root;

    compact_range_root(&line->in.range, &root);
    if (told->size > line->in.size)
        refuse(out, REFUSAL_BEHIND);
    return (told->size == line->in.size &&
            memcmp(root.bytes, told->root, sizeof told->root) == 0) ||
           error_set(err, ERROR_CONFLICT,
                     "%s says that log %s ends at %" PRIu64 "; our custody is %" PRIu64
                     " entries of %s tree",
                     line->partner, line->in.origin, told->size, line->in.size,
                     told->size == line->in.size ? "another" : "the same");
}

static bool mirror_turn(struct journal *journal, struct journal_line *line, struct ending *ending,
                        struct mirror_before *before, struct error *err)
{
    struct journal_log next;
    struct log_row row = {.agreement = span_text(line->agreement_id),
                          .partner = span_text(line->partner)};

    ending->range = line->in.range;
    compact_range_root(&ending->range, &ending->root);
    ending->keys_before = line->partner_keys;
    if (!rows_turn(journal, &line->in, ending, &row, &next, err) ||
        !chain_turn(journal, &line->in_past, &line->in, ending, err))
        return false;
    line->in_past.past[line->in_past.count - 1].handled = line->handled;
    before->in = line->in;
    before->keys = line->partner_keys;
    before->handled = line->handled;
    before->has_moved = true;
    next.signed_time_s = line->in.signed_time_s; /* T never falls from one log to the next */
    line->in = next;
    line->partner_keys = ending->document.keys;
    line->handled = 0;
    return log_set_handled(journal->db, line->in.id, 0, (int64_t)line->last_seen, err) &&
           line_keys(line, err);
}

void mirror_restore(struct journal *journal, struct journal_line *line,
                    struct mirror_before *before)
{
    struct error ignored = {0};

    (void)journal;
    if (!before->has_moved)
        return;
    line->in_past.count--;
    line->in_past.base -= line->in_past.past[line->in_past.count].size;
    log_free(&line->in);
    line->in = before->in;
    line->partner_keys = before->keys;
    line->handled = before->handled;
    line_keys(line, &ignored); /* held before */
}

bool mirror_follow(struct journal *journal, struct journal_line *line, struct post *post,
                   struct arena *arena, struct mirror_before *before, struct accepted *out,
                   struct error *err)
{
    struct ending ending = {.told = {.size = 0}};

    if (!post_unseal(journal, line, post, arena, err) ||
        !first_read(post, arena, &ending.told, err) ||
        !succession_check(journal, line, false, &ending.told, arena, &ending.document, err) ||
        !number_check(&line->partner_keys, &ending.document, err))
        return false;
    if (!span_is(ending.document.origin, line->in.origin))
        return error_set(err, ERROR_RULE, "it begins with the succession of log %.*s",
                         SPAN_ARG(ending.document.origin));
    if (!end_meets_custody(line, &ending.told, out, err))
        return false;
    if (mirror_turn(journal, line, &ending, before, err))
        return true;
    mirror_restore(journal, line, before);
    return false;
}

bool mirror_succeed(struct journal *journal, struct journal_line *line, struct post *post,
                    struct arena *arena, struct mirror_before *before, struct accepted *out,
                    struct error *err)
{
    struct span note = post->checkpoint;
    struct span origin;
    char next[ORIGIN_SIZE_MAX + 1];

    if (!line_take(&note, &origin) || !succession_next(span_text(line->in.origin), next, err) ||
        !span_is(origin, next)) {
        error_clear(err);
        return true; /* of the log that we hold, or of none: the usual checks say so */
    }
    out->held = 0;
    if (!custody_has_met(line, err)) {
        refuse(out, REFUSAL_BUSY);
        return false;
    }
    if (post->from != 0 || post->entry_count == 0) {
        refuse(out, REFUSAL_BEHIND);
        return error_set(err, ERROR_CONFLICT, "our mirror of %s has not begun", next);
    }
    if (journal_is_behind(line)) {
        refuse(out, REFUSAL_BUSY);
        return error_set(err, ERROR_BUSY, "log %s is resumed first", line->in.origin);
    }
    if (journal_unhandled(line) > 0) {
        refuse(out, REFUSAL_BUSY);
        return error_set(err, ERROR_BUSY, "log %s is not handled to its end yet", line->in.origin);
    }
    return mirror_follow(journal, line, post, arena, before, out, err) ||
           error_add(err, "log %s", next);
}
