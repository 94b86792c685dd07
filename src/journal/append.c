/*
 * Appending to our own logs. What an officer sends is one transaction: entry, body, parts, journal row, derived rows, and
 * the access entry of the act.
 */
#include "journal/private.h"
#include "journal/in_force.h"

#include "base/text.h"
#include "crypto/id.h"

#include <inttypes.h>
#include <stdio.h>

bool sequence_add(struct journal *journal, struct sequence_row *row, struct error *err)
{
    row->n = journal->next_sequence;
    if (!sequence_insert(journal->db, row, err))
        return error_add(err, "writing the journal sequence");
    journal->next_sequence++;
    return true;
}

/* A sealed body with its salt and digest, as head and row want them. */
struct ready_body {
    uint8_t salt[SALT_SIZE];
    uint8_t digest[DIGEST_SIZE];
    struct sealed_body sealed;
};

static bool body_prepare(struct journal *journal, struct span plain, struct arena *arena,
                         struct ready_body *out, struct error *err)
{
    if (plain.size > BODY_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "a body has %zu bytes; %u allowed", plain.size,
                         BODY_SIZE_MAX);
    journal->env->random(journal->env->context, out->salt, sizeof out->salt);
    digest_salted(out->salt, plain, out->digest);
    return body_seal(journal, plain, out->salt, arena, &out->sealed, err);
}

/* Writes the head's bytes, its leaf, and the entry's row; `row` is filled. */
static bool entry_write(struct journal *journal, struct journal_log *log, const struct head *head,
                        struct span plain, const struct ready_body *body, struct entry_row *row,
                        struct arena *arena, struct error *err)
{
    struct buffer bytes = buffer_make(HEAD_SIZE_MAX);
    struct tlog_hash leaf;

    if (!head_write(head, &bytes)) {
        buffer_free(&bytes);
        return error_set(err, ERROR_LIMIT, "a head exceeds %u bytes", HEAD_SIZE_MAX);
    }
    tlog_leaf_hash(buffer_span(&bytes), &leaf);
    *row = (struct entry_row){.id = journal->next_entry,
                              .log = log->id,
                              .index = ENTRY_WAITING,
                              .type = head->type,
                              .created_ms = head->created_ms,
                              .body_state = BODY_NONE};
    bool ok = arena_copy(arena, span_make(head->id, UUID_SIZE), &row->message_id) &&
              arena_copy(arena, buffer_span(&bytes), &row->head) &&
              arena_copy(arena, span_make(leaf.bytes, sizeof leaf.bytes), &row->leaf);
    buffer_free(&bytes);
    if (!ok)
        return error_set(err, ERROR_LIMIT, "an entry does not fit in memory");
    if (body != NULL) {
        row->salt = span_make(body->salt, SALT_SIZE);
        row->body = body->sealed.sealed;
        row->body_key = body->sealed.key;
        row->body_size = (int64_t)plain.size;
        row->body_state = BODY_HELD;
    }
    if (!entry_insert(journal->db, row, err))
        return error_add(err, "writing an entry of log %s", log->origin);
    journal->next_entry++;
    return true;
}

static bool part_write(struct journal *journal, int64_t entry, const struct draft_part *part,
                       struct arena *arena, struct error *err)
{
    struct sealed_body sealed = {.sealed = {NULL, 0}};
    struct part_row row = {.entry = entry,
                           .number = part->number,
                           .kind = part->kind,
                           .digest = span_make(part->digest, DIGEST_SIZE),
                           .salt = span_make(part->salt, SALT_SIZE),
                           .size = part->size,
                           .sha256 = span_make(part->sha256, DIGEST_SIZE),
                           .segments = part->segments,
                           .state = PART_HELD,
                           .part_key = part->part_key,
                           .file = part->file};
    if (part->kind == PART_ROW_SMALL) {
        if (!body_seal(journal, part->bytes, part->salt, arena, &sealed, err))
            return false;
        row.bytes = sealed.sealed;
        row.part_key = sealed.key;
    }
    return part_insert(journal->db, &row, err);
}

/* Our clock, but never before the line's previous entry. */
static int64_t created_time(struct journal *journal)
{
    int64_t now_ms = journal_now_ms(journal);
    if (now_ms > journal->last_created_ms)
        journal->last_created_ms = now_ms;
    return journal->last_created_ms;
}

/* What it is about stands behind a second signature of the partner that is not handled yet: then nothing may be said of it,
 * since `seen` ends there, and the partner would find the reference unresolved. */
static bool reply_check(struct journal *journal, struct journal_line *line,
                        const struct reference *about, uint64_t seen, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    struct position from = {.entry = INT64_MAX, .seen = seen, .is_own = true};
    struct entry_row row;

    if (seen == chain_size(line, SIDE_PARTNER) ||
        reference_resolve(journal, line, &from, about, &arena, &row, err))
        return true;
    if (err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    return error_set(err, ERROR_BUSY,
                     "agreement %s changes with an entry of %s that is being handled; what it is "
                     "about comes behind: try again in a moment",
                     line->agreement_id, line->partner);
}

static bool head_fill(struct journal *journal, struct journal_line *line, const struct draft *draft,
                      struct head *head, struct error *err)
{
    uint64_t seen = 0;

    if (draft->seen != NULL)
        seen = *draft->seen;
    else if (!version_seen(journal, line, &seen, err) ||
             (draft->in_reply_to != NULL &&
              !reply_check(journal, line, draft->in_reply_to, seen, err)))
        return false;
    int64_t version =
        draft->version != 0 ? draft->version : version_at(line, true, VERSION_APPENDING, seen);
    *head = (struct head){.type = draft->type,
                          .type_version = message_type_version(draft->type),
                          .agreement_id = span_text(line->agreement_id),
                          .agreement_version = (unsigned)version,
                          .seen = seen,
                          .unit = draft->unit,
                          .created_ms = created_time(journal)};
    id_make(journal->env, head->id);
    if (draft->in_reply_to != NULL) {
        head->has_in_reply_to = true;
        head->in_reply_to = *draft->in_reply_to;
    }
    if (draft->thread != NULL) {
        head->has_thread = true;
        head->thread = *draft->thread;
    }
    return true;
}

static bool own_apply(struct journal *journal, struct journal_line *line, const struct draft *draft,
                      const struct entry_row *row, const struct head *head, struct arena *arena,
                      struct error *err)
{
    struct sequence_row sequence = {.kind = SEQUENCE_APPENDED,
                                    .entry = row->id,
                                    .log = line->out.id,
                                    .version = head->agreement_version,
                                    .outcome = OUTCOME_ACCEPTED,
                                    .ruling = draft->ruling};
    if (!sequence_add(journal, &sequence, err))
        return false;
    struct apply_input input = {.row = &sequence,
                                .line = line,
                                .entry = row,
                                .head = head,
                                .body = draft->body,
                                .parsed = draft->parsed,
                                .is_own = true};
    return apply_entry(journal, &input, arena, err);
}

bool journal_append(struct journal *journal, struct journal_line *line, const struct draft *draft,
                    struct appended *out, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    struct head head;
    struct ready_body body;
    struct entry_row row;
    bool has_body = draft->body.size > 0;

    if (line->out.read_only[0] != '\0' && !draft->may_wait)
        return error_set(err, ERROR_CONFLICT, "log %s is read-only: %.300s", line->out.origin,
                         line->out.read_only);
    if (draft->part_count > PART_COUNT_MAX)
        return error_set(err, ERROR_LIMIT, "a message has %zu parts; %u allowed", draft->part_count,
                         PART_COUNT_MAX);
    if (has_body && !body_prepare(journal, draft->body, &arena, &body, err))
        return false;
    if (!head_fill(journal, line, draft, &head, err))
        return false;
    if (has_body) {
        head.has_body = true;
        memcpy(head.body_digest, body.digest, sizeof head.body_digest);
    }
    if (!entry_write(journal, &line->out, &head, draft->body, has_body ? &body : NULL, &row, &arena,
                     err))
        return false;
    for (size_t i = 0; i < draft->part_count; i++)
        if (!part_write(journal, row.id, &draft->parts[i], &arena, err))
            return false;
    if (!own_apply(journal, line, draft, &row, &head, &arena, err))
        return false;
    if (has_body)
        cache_put(journal->cache, row.id, draft->body);
    line->has_waiting = true;
    if (journal->job_leaf_count < ACT_LEAF_COUNT_MAX)
        memcpy(journal->job_leaves + DIGEST_SIZE * journal->job_leaf_count++, row.leaf.data,
               DIGEST_SIZE);
    out->entry = row.id;
    memcpy(out->message_id, head.id, UUID_SIZE);
    memcpy(out->leaf.bytes, row.leaf.data, sizeof out->leaf.bytes);
    journal_event_add(journal, JOURNAL_APPENDED, line, row.id, 0);
    return true;
}

static bool first_head(struct journal *journal, struct journal_line *line, struct head *head,
                       struct error *err)
{
    struct draft draft = {.type = MESSAGE_SUCCESSION};

    if (line != NULL) {
        draft.unit = journal_unit(journal, line);
        uint64_t seen = 0;
        if (!version_seen(journal, line, &seen, err))
            return false;
        draft.version = version_at(line, true, chain_size(line, SIDE_OWN), seen);
        if (!head_fill(journal, line, &draft, head, err))
            return false;
    } else {
        *head = (struct head){.type = MESSAGE_SUCCESSION,
                              .type_version = message_type_version(MESSAGE_SUCCESSION),
                              .unit = span_text("node"),
                              .created_ms = created_time(journal)};
        id_make(journal->env, head->id);
    }
    head->has_body = true;
    return true;
}

bool append_first(struct journal *journal, struct journal_line *line, struct span body,
                  struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    struct journal_log *log = line != NULL ? &line->out : &journal->domestic;
    struct draft draft = {.type = MESSAGE_SUCCESSION, .body = body};
    struct head head;
    struct ready_body ready;
    struct entry_row row;
    struct tlog_hash leaf;

    if (!body_prepare(journal, body, &arena, &ready, err))
        return false;
    if (!first_head(journal, line, &head, err))
        return false;
    memcpy(head.body_digest, ready.digest, sizeof head.body_digest);
    if (!entry_write(journal, log, &head, body, &ready, &row, &arena, err))
        return false;
    memcpy(leaf.bytes, row.leaf.data, sizeof leaf.bytes);
    return entry_number(journal->db, row.id, 0, err) && log_add_leaf(log, &leaf, err) &&
           log_store(journal, log, err) &&
           (line == NULL || own_apply(journal, line, &draft, &row, &head, &arena, err));
}

/* What mends the books, or only looks at them as a whole, is on record too when the domestic log itself has ended: its entry
 * waits, and the successor numbers it. A node that could not begin, be looked over or backed up then could not be mended
 * either. Everything else needs a log that goes on. */
static bool may_wait(const struct act *act)
{
    static const char *const mending[] = {
        "resume-order",    "resume-allow",   "resume-status", "resume_served", "resumed",
        "status",          "serve",          "doctor",        "verify",        "backup",
        "backup-verified", "keeper-recover", "keeper-renew"};
    for (size_t i = 0; i < ARRAY_COUNT(mending); i++)
        if (span_is(act->act, mending[i]))
            return true;
    return span_starts_with(act->act, "succession-");
}

bool journal_access(struct journal *journal, const struct act *act, struct error *err)
{
    struct appended ignored;

    return journal_access_entry(journal, act, &ignored, err);
}

bool journal_access_refused(struct journal *journal, const struct act *act, struct error *err)
{
    buffer_clear(&journal->refusal);
    return act_write(act, &journal->refusal) ||
           error_set(err, ERROR_LIMIT, "an access entry exceeds %u bytes", BODY_SIZE_MAX);
}

bool journal_refusal_append(struct journal *journal, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct problems problems = {.count = 0};
    struct act act;

    if (!act_read(buffer_span(&journal->refusal), &arena, &act, &problems))
        return problems_to_error(&problems, err) || error_add(err, "the entry of what was refused");
    return journal_access(journal, &act, err);
}

bool journal_access_entry(struct journal *journal, const struct act *given, struct appended *out,
                          struct error *err)
{
    struct act copy = *given;
    const struct act *act = &copy;
    struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
    struct buffer plain = buffer_make(BODY_SIZE_MAX);
    struct head head = {.type = MESSAGE_ACT,
                        .type_version = message_type_version(MESSAGE_ACT),
                        .unit = act->unit,
                        .created_ms = created_time(journal),
                        .has_body = true};
    struct ready_body body;
    struct entry_row row;

    if (journal->domestic.read_only[0] != '\0' && !may_wait(act))
        return error_set(err, ERROR_CONFLICT, "the domestic log is read-only: %.300s",
                         journal->domestic.read_only);
    copy.leaves = span_make(journal->job_leaves, DIGEST_SIZE * journal->job_leaf_count);
    journal->job_leaf_count = 0;
    id_make(journal->env, head.id);
    bool ok = act_write(act, &plain) ||
              error_set(err, ERROR_LIMIT, "an access entry exceeds %u bytes", BODY_SIZE_MAX);
    ok = ok && body_prepare(journal, buffer_span(&plain), &arena, &body, err);
    if (ok)
        memcpy(head.body_digest, body.digest, sizeof head.body_digest);
    ok = ok && entry_write(journal, &journal->domestic, &head, buffer_span(&plain), &body, &row,
                           &arena, err);
    buffer_free(&plain);
    if (!ok)
        return error_add(err, "writing the access entry");
    out->entry = row.id;
    memcpy(out->message_id, head.id, UUID_SIZE);
    memcpy(out->leaf.bytes, row.leaf.data, sizeof out->leaf.bytes);
    return true;
}
