/*
 * Numbering: waiting entries get their place in the log, in the batch's own transaction. A checkpoint covers at most 1,024
 * of them or 16 MiB of what a post carries, so that one post can always reach it; a `withdrawn` stands directly after its
 * entry, or goes before all others when its entry has its number already, since no post passes without it.
 */
#include "journal/governance.h"
#include "journal/in_force.h"

#include "store/clock_rows.h"
#include "store/derived_rows.h"
#include "store/spontaneous_rows.h"
#include "store/governance_rows.h"

#include <inttypes.h>
#include <stdio.h>

/* Most batches number a handful: room for that is asked for first. */
#define WAITING_FEW 32u

/* One log of one batch. */
struct numbering {
    struct journal *journal;
    struct journal_line *line; /* NULL: the domestic log */
    struct journal_log *log;
    struct arena *arena;
    int64_t early[SEAL_COUNT_MAX]; /* ids that were dealt with before their turn */
    size_t early_count;
    size_t count;
    int64_t bytes;
    bool is_full;
    bool is_late; /* what goes back does so behind a resume */
};

/* New business waits while an agreement is suspended, and until the partner reads that this is over before it reads that business;
 * outcomes, erasures and the like go on (docs/protocol.md 4a). So does what lost its body: nothing of its business is left, and
 * its `withdrawn` must stand after it. */
static bool has_lost_body(const struct entry_row *row)
{
    return row->body_state == BODY_WITHDRAWN || row->body_state == BODY_ERASED;
}

static bool may_go(const struct journal_line *line, const struct entry_row *row)
{
    return (!line->is_suspended && !line->is_suspended_there && !line->owes_lifting) ||
           !message_type_is_business((enum message_type)row->type) || has_lost_body(row);
}

/* A checkpoint can only be delivered whole, so it weighs what the line carries well. */
size_t number_size_max(const struct journal_line *line)
{
    if (line == NULL)
        return SEAL_SIZE_MAX;
    return line->window == 0 ? POST_WINDOW_START : line->window;
}

/* New business goes only under the newest version that we know, and only where the partner will find that version too.
 * What is about the exchange or the agreement itself passes under every version: it was appended in the order in which it
 * is numbered, so its head is right where it comes to stand. */
static bool is_in_force(const struct numbering *n, const struct entry_row *row)
{
    struct head head;
    struct error ignored = {0};

    if (!message_type_is_business((enum message_type)row->type))
        return true;
    return head_read(row->head, n->arena, &head, &ignored) &&
           (int64_t)head.agreement_version == n->line->agreement.version &&
           version_at(n->line, true, chain_size(n->line, SIDE_OWN), head.seen) ==
               n->line->agreement.version;
}

static bool is_early(const struct numbering *n, int64_t id)
{
    for (size_t i = 0; i < n->early_count; i++)
        if (n->early[i] == id)
            return true;
    return false;
}

static void early_add(struct numbering *n, int64_t id)
{
    if (n->early_count < ARRAY_COUNT(n->early))
        n->early[n->early_count++] = id;
}

static bool row_number(struct numbering *n, const struct entry_row *row, struct error *err)
{
    struct tlog_hash leaf;
    if (row->leaf.size != sizeof leaf.bytes)
        return error_set(err, ERROR_STORE, "entry %" PRId64 ": its leaf has %zu bytes", row->id,
                         row->leaf.size);
    memcpy(leaf.bytes, row->leaf.data, sizeof leaf.bytes);
    n->count++;
    n->bytes += row->post_size;
    if (row->type == MESSAGE_AGREEMENT_SIGNATURE || row->type == MESSAGE_TERMINATION)
        governance_numbered(n->line, row->id, chain_size(n->line, SIDE_OWN));
    return entry_number(n->journal->db, row->id, (int64_t)n->log->size, err) &&
           log_add_leaf(n->log, &leaf, err);
}

/* Walks all waiting rows above `above`, oldest first, until `visit` has enough (*is_done) or fails. */
typedef bool row_visit(struct numbering *n, const struct entry_row *row, void *context,
                       bool *is_done, struct error *err);

static bool waiting_walk(struct numbering *n, int64_t above, row_visit *visit, void *context,
                         struct error *err)
{
    size_t room = WAITING_FEW;
    bool is_done = false;
    size_t count = 0;

    do {
        struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
        struct entry_row *rows = arena_array(&arena, room, sizeof *rows);
        if (rows == NULL)
            return error_set(err, ERROR_LIMIT, "numbering: out of memory");
        if (!entry_list_waiting_above(n->journal->db, &arena, n->log->id, above, rows, room, &count,
                                      err))
            return false;
        for (size_t i = 0; i < count && !is_done; i++) {
            above = rows[i].id;
            if (!visit(n, &rows[i], context, &is_done, err))
                return false;
        }
        if (count < room || is_done)
            return true;
        room = SEAL_COUNT_MAX;
    } while (true);
}

/* --- an entry and its `withdrawn` --- */

struct withdrawn_search {
    struct span message_id; /* of the entry */
    struct entry_row found; /* id 0: none */
    uint8_t leaf[TLOG_HASH_SIZE];
};

static bool withdrawn_visit(struct numbering *n, const struct entry_row *row, void *context,
                            bool *is_done, struct error *err)
{
    struct withdrawn_search *search = context;
    uint8_t named[UUID_SIZE];
    (void)n;
    (void)err;

    if (row->type != MESSAGE_WITHDRAWN || !head_look_withdrawn(row->head, named) ||
        !span_equal(search->message_id, span_make(named, sizeof named)) ||
        row->leaf.size != sizeof search->leaf)
        return true;
    memcpy(search->leaf, row->leaf.data, sizeof search->leaf);
    search->found = *row;
    search->found.leaf = span_make(search->leaf, sizeof search->leaf);
    *is_done = true;
    return true;
}

static bool withdrawn_find(struct numbering *n, const struct entry_row *row,
                           struct withdrawn_search *out, struct error *err)
{
    *out = (struct withdrawn_search){.message_id = row->message_id};
    return !has_lost_body(row) || waiting_walk(n, row->id, withdrawn_visit, out, err);
}

/* A request, and what is given unasked, is known by its reference, everything by its id. */
static bool reference_of(struct numbering *n, const struct entry_row *row, struct span *out,
                         struct error *err)
{
    struct request_row request = {.entry = 0};
    struct spontaneous_row given = {.entry = 0};
    struct database *db = n->journal->db;
    bool ok = true;

    if (row->body_state == BODY_HELD && row->type == MESSAGE_REQUEST)
        ok = request_find(db, n->arena, row->id, &request, err);
    if (row->body_state == BODY_HELD && row->type == MESSAGE_SPONTANEOUS)
        ok = spontaneous_find(db, n->arena, row->id, &given, err);
    *out = row->type == MESSAGE_REQUEST ? request.reference : given.reference;
    return ok;
}

/* What its officer is told. */
static bool return_note(struct numbering *n, const struct entry_row *row, struct error *err)
{
    struct journal *journal = n->journal;
    struct span reference;
    char ground[160];

    if (!reference_of(n, row, &reference, err))
        return false;
    if (n->is_late)
        snprintf(ground, sizeof ground,
                 "not sent: the books were resumed, and later messages stand before it; look at it "
                 "again and send it anew");
    else
        snprintf(ground, sizeof ground,
                 "not sent: agreement %s is at version %" PRId64
                 " now; look at it again and send it anew",
                 n->line->agreement_id, n->line->agreement.version);
    return returned_insert(journal->db,
                           &(struct returned_row){.entry = row->id,
                                                  .agreement = span_text(n->line->agreement_id),
                                                  .message_id = row->message_id,
                                                  .type = row->type,
                                                  .reference = reference,
                                                  .created_ms = row->created_ms,
                                                  .returned_ms = journal_now_ms(journal),
                                                  .ground = span_text(ground)},
                           err);
}

/* An entry under a version that is no longer in force, or behind later ones, goes back to its officer unsent. */
static bool entry_return(struct numbering *n, const struct entry_row *row,
                         const struct entry_row *withdrawn, struct error *err)
{
    struct journal *journal = n->journal;

    journal_event_add(journal, JOURNAL_ALARM, n->line, row->id, 0);
    cache_forget(journal->cache, row->id);
    if (withdrawn->id != 0) {
        early_add(n, withdrawn->id);
        if (!entry_remove_waiting(journal->db, withdrawn->id, err))
            return false;
    }
    return return_note(n, row, err) && derived_erase(journal->db, row->id, err) &&
           answer_delete(journal->db, row->id, err) && clock_delete(journal->db, row->id, err) &&
           erasure_return(journal->db, row->id, err) &&
           entry_remove_waiting(journal->db, row->id, err);
}

static bool pair_number(struct numbering *n, const struct entry_row *row,
                        const struct entry_row *withdrawn, struct error *err)
{
    if (!row_number(n, row, err))
        return false;
    if (withdrawn->id == 0)
        return true;
    early_add(n, withdrawn->id);
    return row_number(n, withdrawn, err);
}

/* --- the two ways to number --- */

static bool regular_visit(struct numbering *n, const struct entry_row *row, void *context,
                          bool *is_done, struct error *err)
{
    struct withdrawn_search withdrawn;
    (void)context;

    if (is_early(n, row->id))
        return true;
    if (n->line == NULL)
        withdrawn = (struct withdrawn_search){.found = {.id = 0}};
    else if (!may_go(n->line, row))
        return true;
    else if (!withdrawn_find(n, row, &withdrawn, err))
        return false;
    if (n->line != NULL && !is_in_force(n, row))
        return entry_return(n, row, &withdrawn.found, err);
    size_t wanted = withdrawn.found.id != 0 ? 2 : 1;
    n->is_full = n->count + wanted > SEAL_COUNT_MAX ||
                 (n->count > 0 && n->bytes + row->post_size > (int64_t)number_size_max(n->line));
    *is_done = n->is_full;
    return n->is_full || pair_number(n, row, &withdrawn.found, err);
}

/* The `withdrawn` of an entry that has its number. What stands in a log that ended is receipted: nothing is owed for it, and
 * its `withdrawn` comes in its turn. */
static bool owed_visit(struct numbering *n, const struct entry_row *row, void *context,
                       bool *is_done, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    uint8_t named[UUID_SIZE];
    struct entry_row target;
    (void)context;

    n->is_full = n->count == SEAL_COUNT_MAX;
    *is_done = n->is_full;
    if (n->is_full || row->type != MESSAGE_WITHDRAWN || !head_look_withdrawn(row->head, named))
        return true;
    if (!entry_find_message(n->journal->db, &arena, n->log->id, span_make(named, sizeof named),
                            &target, err)) {
        bool is_elsewhere = err->kind == ERROR_MISSING;
        if (is_elsewhere)
            error_clear(err);
        return is_elsewhere;
    }
    return target.index == ENTRY_WAITING || row_number(n, row, err);
}

static bool log_number(struct journal *journal, struct journal_line *line, struct journal_log *log,
                       row_visit *visit, struct numbering *n, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);

    *n = (struct numbering){.journal = journal, .line = line, .log = log, .arena = &arena};
    if (!waiting_walk(n, 0, visit, NULL, err) || (n->count > 0 && !log_store(journal, log, err)))
        return error_add(err, "numbering log %s", log->origin);
    return true;
}

/* Numbering pauses so that the log can end. */
static bool is_closing(const struct journal *journal, const struct journal_line *line)
{
    return line->closing_until_ms > journal->env->monotonic_ms(journal->env->context);
}

static bool line_number(struct journal *journal, struct journal_line *line, struct numbering *n,
                        struct error *err)
{
    if (line->owes_withdrawn) {
        if (!log_number(journal, line, &line->out, owed_visit, n, err))
            return false;
        line->owes_withdrawn = n->is_full;
        line->has_waiting = true;
        if (n->count > 0)
            return true; /* a checkpoint of their own: it can be reached in one post */
    }
    if (line->ahead >= CHECKPOINT_AHEAD_MAX || is_closing(journal, line))
        return true;
    if (!log_number(journal, line, &line->out, regular_visit, n, err))
        return false;
    /* What is held back by a suspension waits for its end, not for the next round; what was held back until that end had its
     * number goes next. */
    line->has_waiting = n->is_full || line->owes_lifting;
    line->owes_lifting = line->owes_lifting && n->is_full;
    return true;
}

/* Said by books that did not know yet what stands before it, maybe under a version that is over. That the agreement is suspended
 * holds here all the same, and the end of the log says it anew in its place (suspension_settle). */
static bool is_said_anew(const struct entry_row *row)
{
    return row->type == MESSAGE_SUSPENSION || row->type == MESSAGE_SUSPENSION_LIFTED;
}

static bool entry_drop(struct numbering *n, const struct entry_row *row, struct error *err)
{
    cache_forget(n->journal->cache, row->id);
    return derived_erase(n->journal->db, row->id, err) &&
           entry_remove_waiting(n->journal->db, row->id, err);
}

/* What is about the exchange stands under the version that rules where it comes to stand (docs/protocol.md 4a). A `withdrawn`
 * beside an entry that waits stands with it. */
static bool is_outdated(struct numbering *n, const struct head *head, bool *is_so,
                        struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    uint64_t end = chain_size(n->line, SIDE_OWN);
    struct entry_row target;

    *is_so = !message_type_is_business(head->type) && !message_type_is_governance(head->type) &&
             head->type != MESSAGE_SUCCESSION &&
             (int64_t)head->agreement_version < version_at(n->line, true, end, head->seen);
    if (!*is_so || head->type != MESSAGE_WITHDRAWN)
        return true;
    *is_so = journal_find_message(n->journal, n->line, SIDE_OWN,
                                  span_make(head->in_reply_to.id, UUID_SIZE), &arena, &target, err);
    if (!*is_so && err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    *is_so = *is_so && target.index != ENTRY_WAITING;
    return true;
}

/* The same, told anew behind what came back. */
static bool entry_renew(struct numbering *n, const struct entry_row *row, const struct head *head,
                        struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4 * (size_t)BODY_SIZE_MAX);
    struct draft draft = {.type = head->type,
                          .in_reply_to = head->has_in_reply_to ? &head->in_reply_to : NULL,
                          .thread = head->has_thread ? &head->thread : NULL,
                          .unit = head->unit,
                          .may_wait = true};
    struct appended ignored;

    if (row->body_state == BODY_HELD && !journal_body(n->journal, row, &arena, &draft.body, err))
        return false;
    return entry_drop(n, row, err) && journal_append(n->journal, n->line, &draft, &ignored, err);
}

/* The receiver would refuse it: `seen` never falls from one business entry to the next (docs/protocol.md 4). */
static bool late_visit(struct numbering *n, const struct entry_row *row, void *context,
                       bool *is_done, struct error *err)
{
    const uint64_t *seen = context;
    struct withdrawn_search withdrawn;
    struct error ignored = {0};
    struct head head;
    (void)is_done;

    bool is_late = false;

    if (is_said_anew(row))
        return entry_drop(n, row, err);
    if (is_early(n, row->id) || has_lost_body(row) ||
        !head_read(row->head, n->arena, &head, &ignored))
        return true;
    if (!is_outdated(n, &head, &is_late, err))
        return false;
    if (is_late)
        return entry_renew(n, row, &head, err);
    if (!message_type_is_business(head.type) || head.seen >= *seen)
        return true;
    return withdrawn_find(n, row, &withdrawn, err) && entry_return(n, row, &withdrawn.found, err);
}

bool number_return_late(struct journal *journal, struct journal_line *line, uint64_t seen,
                        struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    static struct numbering n; /* the writer alone resumes */

    n = (struct numbering){
        .journal = journal, .line = line, .log = &line->out, .arena = &arena, .is_late = true};
    return waiting_walk(&n, 0, late_visit, &seen, err);
}

bool number_waiting(struct journal *journal, struct error *err)
{
    static struct numbering n; /* the writer alone numbers */

    if (journal->domestic.id != 0 && journal->domestic.read_only[0] == '\0' &&
        (!beat_fill(journal, err) ||
         !log_number(journal, NULL, &journal->domestic, regular_visit, &n, err)))
        return false;
    for (size_t i = 0; i < journal->line_count; i++)
        if (number_may_go_on(journal, &journal->lines[i]) &&
            !line_number(journal, &journal->lines[i], &n, err))
            return false;
    return true;
}

/* Each checkpoint is signed before the next entries are numbered: else it could grow beyond what one post carries. What is
 * owed goes on even then when nothing else may: without it no post goes through, and no receipt comes back. */
bool number_may_go_on(const struct journal *journal, const struct journal_line *line)
{
    const struct journal_log *log = &line->out;

    return line->is_reachable && !line->is_unproved && log->read_only[0] == '\0' &&
           log->awaits_fresh == 0 && !log_is_unsigned(log) &&
           (line->owes_withdrawn ||
            (line->ahead < CHECKPOINT_AHEAD_MAX && !is_closing(journal, line)));
}

bool number_owed_load(struct journal *journal, struct journal_line *line, struct error *err)
{
    struct arena arena CLEANUP(arena_free) = arena_make(JOURNAL_ARENA_MAX);
    struct entry_row *rows = arena_array(&arena, WAITING_FEW, sizeof *rows);
    int64_t above = 0;
    size_t count = 0;

    if (rows == NULL)
        return error_set(err, ERROR_LIMIT, "numbering: out of memory");
    do {
        if (!entry_list_waiting_above(journal->db, &arena, line->out.id, above, rows, WAITING_FEW,
                                      &count, err))
            return false;
        line->has_waiting = line->has_waiting || count > 0;
        for (size_t i = 0; i < count; i++) {
            line->owes_withdrawn = line->owes_withdrawn || rows[i].type == MESSAGE_WITHDRAWN;
            line->owes_lifting = line->owes_lifting || rows[i].type == MESSAGE_SUSPENSION_LIFTED;
            above = rows[i].id;
        }
    } while (count == WAITING_FEW && !(line->owes_withdrawn && line->owes_lifting));
    return true;
}
