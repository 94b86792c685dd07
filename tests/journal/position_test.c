/*
 * The version in force is a matter of position (docs/protocol.md 4a): amendments are in flight in both directions while both sides
 * send, delivered in whatever order a seed says; then each entry of both logs is judged anew here, from heads alone, and
 * both nodes must have found the same.
 * covers: in_force
 */
#include "check.h"
#include "journal/private.h"
#include "journal/support/amend.h"
#include "journal/support/hostile.h"
#include "message/amendment.h"
#include "sim/random.h"

#include <stdlib.h>

#define ENTRY_MAX 4096
#define ROUNDS    10

static struct pair pair;
static struct random chance;
static struct error err;
static unsigned number = 1;

/* What the heads of both logs say, by side of their writer. */
struct told {
    uint64_t seen;
    int64_t version;  /* of the head */
    int64_t signs;    /* the version that this entry signs second; 0: none */
    bool is_accepted; /* by the other side */
    int64_t found;    /* the version under which the other side judged it */
    enum message_type type;
};
static struct told logs[2][ENTRY_MAX];
static uint64_t sizes[2];

static struct journal_line *line(size_t side)
{
    return &pair.nodes[side].journal.lines[0];
}

static void pump_a_little(void)
{
    for (uint64_t i = 4 + random_below(&chance, 24); i > 0; i--) {
        struct pair_node *node = &pair.nodes[random_below(&chance, 2)];
        courier_pump(node->exchange);
        journal_pump(&node->journal);
    }
    pair_wait((int64_t)random_below(&chance, 400));
}

static void traffic(void)
{
    char item[UUID_TEXT_SIZE];

    for (uint64_t i = random_below(&chance, 3); i > 0; i--) {
        error_clear(&err);
        pair_request(&pair.nodes[random_below(&chance, 2)], number++, item, &err);
        pump_a_little();
    }
}

static int64_t rises;

static void another(struct agreement *agreement)
{
    agreement->retention_other.request_days = 100 + rises;
}

/* A proposal of either side, signed by the other when it has arrived; traffic of both all the while. The other may have
 * proposed itself: then neither signs until one is taken back. */
static void amend_in_flight(void)
{
    struct buffer once CLEANUP(buffer_free) = buffer_make(16);
    struct buffer out CLEANUP(buffer_free) = buffer_make(1 << 20);
    size_t side = random_below(&chance, 2);
    int64_t before = line(side)->agreement.version;

    rises++;
    error_clear(&err);
    if (!amend_propose(&pair.nodes[side], another, &once, &err))
        return;
    for (int i = 0; i < 60 && line(1 - side)->agreement.version == before; i++) {
        traffic();
        pump_a_little();
        error_clear(&err);
        if (!amend_accept(&pair.nodes[1 - side], buffer_span(&once), &err) &&
            getenv("SHOW") != NULL)
            printf("%s\n", err.text);
    }
    for (int i = 0; i < 4; i++)
        traffic(); /* what crosses the signature */
}

static bool head_take(size_t side, uint64_t index, struct told *out)
{
    static struct problems problems;
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct entry_row row;
    struct sequence_row theirs;
    struct head head;
    struct span body;

    if (!entry_find_index(pair.nodes[side].db, &arena, line(side)->out.id, (int64_t)index, &row,
                          &err) ||
        !head_read(row.head, &arena, &head, &err) ||
        !hostile_verdict(&pair.nodes[1 - side], index, &arena, &theirs))
        return false;
    *out = (struct told){.seen = head.seen,
                         .version = (int64_t)head.agreement_version,
                         .is_accepted = theirs.outcome == OUTCOME_ACCEPTED,
                         .found = theirs.version,
                         .type = head.type};
    if (head.type != MESSAGE_AGREEMENT_SIGNATURE)
        return true;
    problems_clear(&problems);
    const struct agreement_signature *signature =
        journal_body(&pair.nodes[side].journal, &row, &arena, &body, &err)
            ? message_read(head.type, body, &arena, &problems)
            : NULL;
    out->signs = signature == NULL ? 0 : signature->version;
    return signature != NULL;
}

static bool logs_take(void)
{
    for (size_t side = 0; side < 2; side++) {
        sizes[side] = line(side)->out.size;
        if (sizes[side] > ENTRY_MAX)
            return false;
        for (uint64_t i = 0; i < sizes[side]; i++)
            if (!head_take(side, i, &logs[side][i])) {
                printf("side %zu, index %u: %s\n", side, (unsigned)i, err.text);
                return false;
            }
    }
    return true;
}

/* The rule in its own words: the newest version whose second signature lies before the entry in its own log, or below its
 * `seen` in the other; the imported one where there is none. */
static int64_t rules(size_t side, uint64_t index)
{
    int64_t newest = 1;

    for (size_t of = 0; of < 2; of++) {
        uint64_t below = of == side ? index : logs[side][index].seen;
        for (uint64_t i = 0; i < below && i < sizes[of]; i++)
            if (logs[of][i].signs > newest && logs[of][i].is_accepted)
                newest = logs[of][i].signs;
    }
    return newest;
}

CHECK_TEST(each_entry_is_judged_by_where_it_stands)
{
    unsigned wrong = 0, refused = 0, crossed = 0, signed_by[2] = {0, 0}, business = 0;

    for (unsigned i = 0; i < ROUNDS; i++)
        amend_in_flight();
    pair_settle(&pair);
    CHECK_OR_RETURN(logs_take());
    for (size_t side = 0; side < 2; side++)
        for (uint64_t i = 0; i < sizes[side]; i++) {
            const struct told *entry = &logs[side][i];
            int64_t ruled = rules(side, i);
            signed_by[side] += entry->signs != 0 && entry->is_accepted;
            business += entry->type == MESSAGE_REQUEST && entry->is_accepted;
            crossed += entry->is_accepted && ruled < line(side)->agreement.version;
            /* Both are honest: whatever crossed on the way, the other side finds what its writer found. */
            refused += !entry->is_accepted;
            if (entry->is_accepted && (entry->version != ruled || entry->found != ruled)) {
                wrong++;
                printf("side %zu, index %u: head %d, found %d, by position %d\n", side, (unsigned)i,
                       (int)entry->version, (int)entry->found, (int)ruled);
            }
        }
    CHECK_INT(wrong, 0);
    CHECK_INT(refused, 0);
    CHECK_INT(line(0)->agreement.version, line(1)->agreement.version);
    /* The seed did what it is for. */
    CHECK(signed_by[0] >= 2 && signed_by[1] >= 2);
    CHECK(business >= 20);
    CHECK(crossed >= 20);
}

int main(void)
{
    static const uint64_t seeds[] = {11, 12, 13};

    for (size_t i = 0; i < ARRAY_COUNT(seeds); i++) {
        chance = (struct random){.state = seeds[i]};
        if (!pair_make(&pair))
            return 1;
        pair_settle(&pair);
        printf("seed %u\n", (unsigned)seeds[i]);
        CHECK_RUN(each_entry_is_judged_by_where_it_stands);
        pair_free(&pair);
    }
    return check_end();
}
