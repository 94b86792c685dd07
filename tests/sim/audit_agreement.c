/*
 * What both nodes must hold of their agreement: no entry is judged under a version that not both institutions signed, each
 * is judged by both nodes under the same version, and that is the one which the places of the second signatures in the two
 * logs give. Between the places where a party suspends and where it lifts that, no business of its own stands in its log; that a
 * key is revoked passes all the same. These places are found here from heads and outcomes alone, not as the nodes find them.
 */
#include "sim/audit.h"

#include "journal/private.h"
#include "store/governance_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SIGNATURE_COUNT_MAX 64u
#define RETURNED_COUNT_MAX  256u
#define SUSPENDED_COUNT_MAX 256u

/* Where a second signature stands that its receiver accepted. */
struct signed_place {
    size_t writer;
    uint64_t position;
    int64_t version;
};
/* Where a party says that it suspends, and where that this is over. */
struct suspended_places {
    size_t writer;
    uint64_t from;
    uint64_t to; /* UINT64_MAX: it stands still */
};
struct places {
    struct signed_place list[SIGNATURE_COUNT_MAX];
    size_t count;
    struct suspended_places suspended[SUSPENDED_COUNT_MAX];
    size_t suspended_count;
};

/* One entry of the log of `writer`, as both nodes have it. */
struct judged {
    size_t writer;
    uint64_t position;
    enum message_type type;
    uint64_t seen;
    int64_t version; /* in its head */
    struct sequence_row own;
    struct sequence_row theirs;
    bool has_own;
    bool has_theirs;
    struct entry_row row; /* at its writer */
};
typedef bool judged_visit(struct world *world, const struct judged *judged, void *context);

static bool row_take(struct node *node, int64_t entry, struct arena *arena,
                     struct sequence_row *out)
{
    struct error err = {0};
    return sequence_of_entry(node->db, arena, entry, out, &err);
}

static bool log_walk(struct world *world, size_t writer, judged_visit *visit, void *context)
{
    struct node *from = &world->nodes[writer];
    struct node *to = &world->nodes[1 - writer];
    uint64_t size = chain_size(line_of(from), SIDE_OWN);

    for (uint64_t at = 0; at < size; at++) {
        struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
        struct judged judged = {.writer = writer, .position = at};
        struct entry_row copy;
        struct head head;
        struct error err = {0};
        int64_t log = 0;
        uint64_t index = 0;
        chain_place(line_of(from), SIDE_OWN, at, &log, &index);
        if (!entry_find_index(from->db, &arena, log, (int64_t)index, &judged.row, &err) ||
            !head_read(judged.row.head, &arena, &head, &err))
            return world_fail(world, "%s: position %" PRIu64 " cannot be read: %s", from->party, at,
                              err.text);
        judged.type = head.type;
        judged.seen = head.seen;
        judged.version = (int64_t)head.agreement_version;
        judged.has_own = row_take(from, judged.row.id, &arena, &judged.own);
        if (journal_find_message(&to->journal, line_of(to), SIDE_PARTNER, judged.row.message_id,
                                 &arena, &copy, &err))
            judged.has_theirs = row_take(to, copy.id, &arena, &judged.theirs);
        if (!visit(world, &judged, context))
            return false;
    }
    return true;
}

/* --- places of signatures and suspensions --- */

static bool suspended_collect(struct world *world, const struct judged *judged,
                              struct places *places)
{
    size_t count = places->suspended_count;
    struct suspended_places *last = count > 0 ? &places->suspended[count - 1] : NULL;
    bool stands = last != NULL && last->writer == judged->writer && last->to == UINT64_MAX;

    if (judged->type == MESSAGE_SUSPENSION_LIFTED && stands)
        last->to = judged->position;
    if (judged->type != MESSAGE_SUSPENSION || stands)
        return true;
    if (count == SUSPENDED_COUNT_MAX)
        return world_fail(world, "more suspensions than the audit can hold");
    places->suspended[places->suspended_count++] = (struct suspended_places){
        .writer = judged->writer, .from = judged->position, .to = UINT64_MAX};
    return true;
}

static bool place_collect(struct world *world, const struct judged *judged, void *context)
{
    static struct problems problems;
    struct places *places = context;
    struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
    struct node *node = &world->nodes[judged->writer];
    struct error err = {0};
    struct span body;

    if (!suspended_collect(world, judged, places))
        return false;
    if (judged->type != MESSAGE_AGREEMENT_SIGNATURE ||
        (judged->has_theirs && judged->theirs.outcome != OUTCOME_ACCEPTED))
        return true;
    problems_clear(&problems);
    if (!journal_body(&node->journal, &judged->row, &arena, &body, &err))
        return world_fail(world, "%s: a signature cannot be read: %s", node->party, err.text);
    const struct agreement_signature *signature =
        message_read(MESSAGE_AGREEMENT_SIGNATURE, body, &arena, &problems);
    if (signature == NULL || places->count == SIGNATURE_COUNT_MAX)
        return world_fail(world, "%s: a signature has no form", node->party);
    places->list[places->count++] = (struct signed_place){
        .writer = judged->writer, .position = judged->position, .version = signature->version};
    return true;
}

static int64_t version_due(const struct places *places, const struct judged *judged)
{
    int64_t version = 1;

    for (size_t i = 0; i < places->count; i++) {
        const struct signed_place *place = &places->list[i];
        bool is_before =
            place->position < (place->writer == judged->writer ? judged->position : judged->seen);
        if (is_before && place->version > version)
            version = place->version;
    }
    return version;
}

/* --- the claims --- */

static bool suspended_check(struct world *world, const struct judged *judged,
                            const struct places *places)
{
    bool is_inside = false;

    for (size_t i = 0; i < places->suspended_count; i++) {
        const struct suspended_places *place = &places->suspended[i];
        is_inside = is_inside || (place->writer == judged->writer &&
                                  judged->position > place->from && judged->position < place->to);
    }
    if (judged->type == MESSAGE_KEY_REVOCATION)
        tally_add("key revocation", is_inside ? "while suspended" : "in force");
    if (judged->type == MESSAGE_KEY_REVOCATION && judged->has_theirs &&
        judged->theirs.outcome != OUTCOME_ACCEPTED)
        return world_fail(world, "%s revoked a key at position %" PRIu64 ", and that was refused",
                          party_names[judged->writer], judged->position);
    /* What lost its body is nobody's business any more; and of two machines with the same keys one may not know what the other
     * said. */
    return !is_inside || world->nodes[judged->writer].was_cloned ||
           !message_type_is_business(judged->type) || judged->row.body_state != BODY_HELD ||
           world_fail(
               world, "%s sent position %" PRIu64 " (%s) while its own suspension stood in its log",
               party_names[judged->writer], judged->position, message_type_name(judged->type));
}

static bool entry_check(struct world *world, const struct judged *judged, void *context)
{
    const char *party = party_names[judged->writer];
    int64_t due = version_due(context, judged);

    if (!suspended_check(world, judged, context))
        return false;
    if (judged->has_own && judged->own.version != judged->version)
        return world_fail(
            world, "%s wrote position %" PRIu64 " under version %" PRId64 " and recorded %" PRId64,
            party, judged->position, judged->version, judged->own.version);
    if (!judged->has_theirs)
        return true;
    if (judged->theirs.version != due)
        return world_fail(world,
                          "position %" PRIu64 " of %s (%s) was judged under version %" PRId64
                          ", in force there is %" PRId64,
                          judged->position, party, message_type_name(judged->type),
                          judged->theirs.version, due);
    if (judged->version != due)
        return world_fail(world,
                          "%s wrote position %" PRIu64 " (%s) under version %" PRId64
                          ", in force there is %" PRId64,
                          party, judged->position, message_type_name(judged->type), judged->version,
                          due);
    if (due > 1)
        tally_add("agreement", "entries under a later version");
    return true;
}

/* Byte for byte one of those that both institutions signed. */
static bool is_co_signed(const struct papers *papers, int64_t version, struct span cms)
{
    if (version == 1)
        return span_equal(cms, buffer_span(&papers->cms));
    return version <= PAPERS_VERSION_MAX &&
           (span_equal(cms, buffer_span(&papers->amendments[version][0].both)) ||
            span_equal(cms, buffer_span(&papers->amendments[version][1].both)));
}

static bool versions_check(struct world *world)
{
    for (int64_t version = 1; version <= PAPERS_VERSION_MAX; version++) {
        struct arena arena CLEANUP(arena_free) = arena_make(8u << 20);
        struct span cms[MACHINE_COUNT];
        bool is_there[MACHINE_COUNT];
        for (size_t i = 0; i < MACHINE_COUNT; i++) {
            struct error err = {0};
            is_there[i] = version_find(world->nodes[i].db, &arena, span_text("ro-al"), version,
                                       &cms[i], &err);
            if (is_there[i] && !is_co_signed(world->papers, version, cms[i]))
                return world_fail(world, "%s holds a version %" PRId64 " that not both signed",
                                  party_names[i], version);
        }
        if (is_there[0] && is_there[1] && !span_equal(cms[0], cms[1]))
            return world_fail(world, "the two hold different versions %" PRId64, version);
        if (is_there[0] != is_there[1] &&
            audit_direction_is_open(&world->nodes[0], &world->nodes[1]) &&
            audit_direction_is_open(&world->nodes[1], &world->nodes[0]))
            return world_fail(world, "%s alone holds version %" PRId64,
                              party_names[is_there[0] ? 0 : 1], version);
        if (version > 1 && is_there[0] && is_there[1])
            tally_add("agreement", "amendment in force at both");
    }
    return true;
}

/* What one says about suspension and end is what the other knows, once all is handled. */
static bool said_check(struct node *from, struct node *to)
{
    const struct journal_line *out = line_of(from);
    const struct journal_line *in = line_of(to);

    if (!audit_direction_is_open(from, to) || in->handled != in->in.size)
        return true; /* or it stands in the log, and custody of that stands still */
    if (out->is_suspended_by_us != in->is_suspended_by_partner)
        return world_fail(from->world, "%s %s, and %s does not know", from->party,
                          out->is_suspended_by_us ? "suspends" : "suspends no longer", to->party);
    if (out->ends[0].ends_ms != in->ends[1].ends_ms)
        return world_fail(from->world, "%s terminated, and %s does not know", from->party,
                          to->party);
    if (out->ends[0].ends_ms != 0)
        tally_add("agreement", "terminated, known to both");
    return true;
}

bool audit_agreement(struct world *world)
{
    struct places places = {.count = 0};

    if (world->nodes[0].is_blinded || world->nodes[1].is_blinded)
        return true;
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (!log_walk(world, i, place_collect, &places))
            return false;
    for (size_t i = 0; i < MACHINE_COUNT; i++)
        if (!log_walk(world, i, entry_check, &places))
            return false;
    return versions_check(world) && said_check(&world->nodes[0], &world->nodes[1]) &&
           said_check(&world->nodes[1], &world->nodes[0]);
}

bool audit_was_returned(struct node *node, const uint8_t id[UUID_SIZE])
{
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct returned_row *rows = arena_array(&arena, RETURNED_COUNT_MAX, sizeof *rows);
    struct error err = {0};
    size_t count = 0;

    if (rows == NULL || !returned_list(node->db, &arena, rows, RETURNED_COUNT_MAX, &count, &err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (span_equal(rows[i].message_id, span_make(id, UUID_SIZE))) {
            tally_add("agreement", "returned to its officer unsent");
            return true;
        }
    return false;
}
