/* The promises, held against what both nodes' books say. */
#include "sim/audit.h"

#include "journal/resume.h"
#include "store/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- never two roots for one size --- */

static bool root_note(struct node *node, const struct journal_log *log)
{
    struct world *world = node->world;

    if (log->id == 0 || !log->has_signature)
        return true;
    for (size_t i = world->root_count; i > 0; i--) {
        const struct signed_root *root = &world->roots[i - 1];
        if (root->machine != node->number || root->size != log->signed_size ||
            strcmp(root->origin, log->origin) != 0)
            continue;
        return tlog_hash_is_equal(&root->root, &log->signed_root) ||
               world_fail(world, "%s signed two roots for size %" PRIu64 " of %s", node->party,
                          log->signed_size, log->origin);
    }
    if (world->root_count == ROOT_COUNT_MAX)
        return world_fail(world, "more roots than the simulator can hold");
    struct signed_root *noted = &world->roots[world->root_count++];
    *noted = (struct signed_root){.side = node->side,
                                  .machine = node->number,
                                  .size = log->signed_size,
                                  .root = log->signed_root};
    snprintf(noted->origin, sizeof noted->origin, "%s", log->origin);
    return true;
}

bool audit_roots(struct node *node)
{
    return root_note(node, &node->journal.domestic) && root_note(node, &line_of(node)->out) &&
           root_note(node, &line_of(node)->in);
}

/* --- rebuild equals live --- */

static bool row_add(void *context, const char *table, struct span text)
{
    digest_add(context, span_text(table));
    digest_add(context, text);
    return true;
}

static bool derived_digest(struct node *node, uint8_t out[DIGEST_SIZE], struct error *err)
{
    struct digest *digest = digest_begin();
    bool ok = schema_walk_derived(node->db, row_add, digest, err);
    digest_end(digest, out);
    return ok;
}

static bool rebuild_compare(struct node *node, struct error *err)
{
    uint8_t live[DIGEST_SIZE];
    uint8_t rebuilt[DIGEST_SIZE];

    if (!derived_digest(node, live, err) || !database_begin(node->db, DATABASE_FULL, err))
        return false;
    bool ok = journal_rebuild(&node->journal, NULL, NULL, err) &&
              derived_digest(node, rebuilt, err) &&
              (digest_is_equal(live, rebuilt) ||
               error_set(err, ERROR_BUG, "the rebuilt tables differ from the live ones"));
    database_rollback(node->db);
    return ok;
}

bool audit_rebuild(struct node *node)
{
    struct error err = {0};

    node->machine.disk.is_quiet = true;
    bool ok = rebuild_compare(node, &err);
    node->machine.disk.is_quiet = false;
    return ok || world_fail(node->world, "rebuild at %s: %s", node->party, err.text);
}

/* --- level --- */

bool audit_log_is_read_only(const struct world *world)
{
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        const struct journal_line *line = &world->nodes[i].journal.lines[0];
        if (line->out.read_only[0] != '\0' || line->in.read_only[0] != '\0')
            return true;
    }
    return false;
}

bool audit_direction_is_open(struct node *from, struct node *to)
{
    if (from->is_blinded || to->is_blinded)
        return false; /* the two tell different stories, and neither gives way */
    const struct journal_log *out = &line_of(from)->out;
    const struct journal_log *mirror = &line_of(to)->in;
    /* A mirror of a log that ended waits for the successor, which opens it. */
    return out->read_only[0] == '\0' &&
           (mirror->read_only[0] == '\0' || strcmp(out->origin, mirror->origin) != 0);
}

static bool has_waiting(struct node *node)
{
    struct arena arena CLEANUP(arena_free) = arena_make(1 << 20);
    struct entry_row row;
    struct error err = {0};
    size_t count = 0;

    return !entry_list_waiting(node->db, &arena, line_of(node)->out.id, &row, 1, &count, &err) ||
           count > 0;
}

bool audit_cannot_lift(const struct node *node)
{
    return node->journal.lines[0].is_suspended && node->journal.domestic.read_only[0] != '\0';
}

bool audit_cannot_tell(const struct journal_line *out, const struct journal_line *in)
{
    return out->is_suspended_by_partner && in->out.read_only[0] != '\0';
}

/* New business may wait for the end of a suspension that the other side cannot lift: its domestic log was stopped. One that the
 * sender lifted already, and the receiver has not heard of, is no reason to wait: what lifts it is among what waits. */
static bool is_level(struct node *from, struct node *to, char *why, size_t size)
{
    const struct journal_line *out = line_of(from);
    const struct journal_line *in = line_of(to);

    if (!audit_direction_is_open(from, to))
        return true;
    snprintf(why, size,
             "%s sent %" PRIu64 "%s, has receipts for %" PRIu64 "; %s holds %" PRIu64
             ", handled %" PRIu64 ", %u checkpoints ahead%s%.100s",
             from->party, out->out.size, has_waiting(from) ? " and more waits" : "", out->cosigned,
             to->party, in->in.size, in->handled, out->ahead, in->is_stuck ? ", stuck: " : "",
             in->stuck_reason);
    return strcmp(out->out.origin, in->in.origin) == 0 && out->out.size == out->cosigned &&
           in->in.size == out->out.size &&
           (in->handled == in->in.size || in->resume.state == RESUME_DONE) &&
           ((in->is_suspended && out->is_suspended) || audit_cannot_lift(from) ||
            audit_cannot_tell(out, in) || !has_waiting(from));
}

bool audit_must_resume(const struct node *node)
{
    const struct world *world = node->world;
    return !world->nodes[0].is_blinded && !world->nodes[1].is_blinded &&
           journal_is_behind(&node->journal.lines[0]);
}

bool audit_has_converged(struct world *world, char *why, size_t size)
{
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (!world->nodes[i].is_up) {
            snprintf(why, size, "%s is down", party_names[i]);
            return false;
        }
    if (work_open_count > 0) {
        snprintf(why, size, "%u acts have no end", work_open_count);
        return false;
    }
    if (event_open(world) != NULL) {
        snprintf(why, size, "%s", event_open(world));
        return false;
    }
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (audit_must_resume(&world->nodes[i])) {
            const struct journal_line *line = line_of(&world->nodes[i]);
            snprintf(why, size,
                     "%s is behind: %" PRIu64 " of %" PRIu64 " sent, %" PRIu64 " of %" PRIu64
                     " held",
                     party_names[i], line->out.size, line->resume.out_target, line->in.size,
                     line->resume.in_target);
            return false;
        }
    return is_level(&world->nodes[0], &world->nodes[1], why, size) &&
           is_level(&world->nodes[1], &world->nodes[0], why, size);
}

/* --- a restored backup --- */

bool audit_awaits_receipts(struct node *node)
{
    struct node *partner = &node->world->nodes[1 - node->side];
    return line_of(node)->cosigned < line_of(partner)->in.size &&
           strcmp(line_of(node)->out.origin, line_of(partner)->in.origin) == 0;
}

/* All receipts that the partner gave came with the resume: none waits for a post that may never come. */
void audit_resumed(struct node *node)
{
    struct node *partner = &node->world->nodes[1 - node->side];
    const struct journal_line *line = line_of(node);
    bool is_done = node->was_ordered && line->resume.state == RESUME_DONE;

    node->was_ordered = line->resume.state == RESUME_ORDERED;
    if (is_done && partner->has_books &&
        strcmp(line->out.origin, line_of(partner)->in.origin) == 0 &&
        line->cosigned < line_of(partner)->in.signed_size)
        world_fail(node->world,
                   "%s was resumed with receipts for %" PRIu64 ", %s gave them for %" PRIu64,
                   node->party, line->cosigned, partner->party, line_of(partner)->in.signed_size);
}

/* Its books hold again what the partner holds. */
static bool resumed_check(struct node *node)
{
    struct node *partner = &node->world->nodes[1 - node->side];
    const struct journal_line *line = line_of(node);

    if (line->resume.state != RESUME_DONE)
        return true;
    tally_add("resume", "order restored");
    if (line->resume.own_back == 0 && line->resume.receipts_back > 0)
        tally_add("resume", "receipts alone came back");
    if (line->resume.in_from < line->in_past.base)
        tally_add("resume", "over the end of a log of the partner's");
    return (line->out.size >= line_of(partner)->in.size &&
            line->cosigned == line_of(partner)->in.size && audit_rebuild(node)) ||
           world_fail(node->world,
                      "%s was resumed to %" PRIu64 ", with receipts for %" PRIu64
                      ", of the %" PRIu64 " that %s holds",
                      node->party, line->out.size, line->cosigned, line_of(partner)->in.size,
                      partner->party);
}

/* It stands still, says why, and nothing is sent in it. */
static bool still_check(struct node *node)
{
    struct world *world = node->world;
    struct node *partner = &world->nodes[1 - node->side];
    struct journal_line *line = line_of(node);

    if (line->out.read_only[0] == '\0')
        return true;
    tally_add("log stopped", node->was_restored ? "own, after a restore" : "own, without cause");
    if (!node->was_restored && !node->was_cloned)
        return world_fail(world, "%s: its log stopped without a restore: %.200s", node->party,
                          line->out.read_only);
    uint64_t size = line->out.size;
    uint64_t held = line_of(partner)->in.size;
    unsigned act = world->act_count;
    if (!work_submit(node, ACT_REQUEST, NULL))
        return world->act_count == ACT_COUNT_MAX;
    for (int i = 0; i < 20; i++)
        node_pump(node);
    return (!world->acts[act].is_ok && line->out.size == size &&
            line_of(partner)->in.size == held) ||
           world_fail(world, "%s sends although its log is read-only", node->party);
}

bool audit_stopped(struct node *node)
{
    return resumed_check(node) && still_check(node);
}

/* The partner holds no more under our signature than our books do, or the log stands still. */
static bool restored_check(struct node *node)
{
    struct world *world = node->world;
    struct node *partner = &world->nodes[1 - node->side];
    struct journal_line *line = line_of(node);

    if (node->is_blinded)
        return true;
    if (line_of(partner)->in.size > line->out.size && line->out.read_only[0] == '\0')
        return world_fail(
            world, "%s was restored to size %" PRIu64 ", %s holds %" PRIu64 ", and the log goes on",
            node->party, line->out.size, partner->party, line_of(partner)->in.size);
    return true;
}

bool audit_end(struct world *world)
{
    struct node *a = &world->nodes[0];
    struct node *b = &world->nodes[1];

    if (!ending_goes_on(a) || !ending_goes_on(b) || !restored_check(a) || !restored_check(b))
        return false;
    for (size_t i = 0; i < MACHINE_COUNT; i++) {
        struct node *node = &world->nodes[i];
        /* A partner that was restored and did not notice forks its log: its custody stops here. */
        if (line_of(node)->in.read_only[0] != '\0' && !node->was_restored &&
            !world->nodes[1 - i].was_restored && !node->was_cloned &&
            !world->nodes[1 - i].was_cloned)
            return world_fail(world, "%s: its custody stopped without a restore: %.200s",
                              node->party, line_of(node)->in.read_only);
    }
    if (world->event == EVENT_CLONE && !audit_clone(world))
        return false;
    if ((!a->is_blinded && !audit_logs(a, b)) || (!b->is_blinded && !audit_logs(b, a)) ||
        (!a->is_blinded && !audit_approvals(a)) || (!b->is_blinded && !audit_approvals(b)) ||
        (!a->is_blinded && !audit_witness(a)) || (!b->is_blinded && !audit_witness(b)) ||
        !(world->has_leapt ? audit_retention(world) : audit_acts(world)) ||
        !audit_agreement(world) || !audit_limits(world) || !audit_answers(world))
        return false;
    return audit_rebuild(world->seed % 2 == 0 ? a : b);
}
