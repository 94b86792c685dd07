#include "desk_own.h"

#include "bench.h"
#include "desk/own.h"
#include "desk/own_index.h"
#include "match/ident.h"
#include "message/support/samples.h"
#include "store/own_rows.h"

#include <stdio.h>

#define BODY_ROOM  (1u << 16)
#define STEP_COUNT 10000

static const char *const syllables[] = {"ba", "ri", "shko", "du", "mel",  "to", "vi", "lan",
                                        "ge", "fi", "zu",   "ka", "pren", "so", "li", "mur"};

static void name_make(uint64_t seed, char *out, size_t room)
{
    size_t at = 0;

    for (unsigned i = 0; i < 3; i++)
        at += (size_t)snprintf(out + at, room - at, "%s", syllables[seed >> (4 * i) & 15]);
}

struct filling {
    struct journal *journal;
    struct own_batch batch;
    struct buffer body;
    struct buffer names;
    const struct person *like;
    struct error *err;
};

static bool document_mark(struct filling *filling, const struct person_document *document,
                          int64_t person)
{
    char country[3] = {(char)document->country.data[0], (char)document->country.data[1], 0};
    struct ident ident;

    if (!ident_read(IDENT_DOCUMENT, document->number, country, &ident, filling->err))
        return false;
    struct own_mark mark = {.kind = IDENT_DOCUMENT, .key = span_text(ident.key)};
    return own_batch_mark(&filling->batch, &mark, person, filling->err);
}

static bool person_put(struct filling *filling, int64_t index)
{
    uint64_t seed = (uint64_t)index * UINT64_C(0x9E3779B97F4A7C15) >> 20;
    char family[32], given[32], birth[16], number[16], external[24];

    name_make(seed, family, sizeof family);
    name_make(seed >> 12, given, sizeof given);
    snprintf(birth, sizeof birth, "%04u-%02u-%02u", 1950 + (unsigned)(seed >> 24 & 31),
             1 + (unsigned)(seed >> 29) % 12, 2 + (unsigned)(seed >> 33) % 27);
    snprintf(number, sizeof number, "BX%07d", (int)index);
    snprintf(external, sizeof external, "x-%d", (int)index);

    struct person_name name = {
        .family = span_text(family), .given = span_text(given), .script = SCRIPT_LATIN};
    struct person_document document = {
        .kind = DOCUMENT_PASSPORT, .number = span_text(number), .country = span_text("AL")};
    struct person person = {.marking = sample_persons[0].marking,
                            .category = PERSON_SUSPECT,
                            .names = &name,
                            .name_count = 1,
                            .birth_date = span_text(birth),
                            .documents = &document,
                            .document_count = 1,
                            .link_to_purpose = span_text("bench")};
    struct own_row row = {.source = span_text("bench"),
                          .external = span_text(external),
                          .changed = index + 1,
                          .put_ms = pair_clock_ms()};
    int64_t id;
    bool is_new;

    if (index % DESK_OWN_ALIKE == 0)
        document = filling->like->documents[0];
    return own_row_fill(&row, &person, &filling->body, &filling->names, filling->err) &&
           own_batch_put(&filling->batch, &row, &id, &is_new, filling->err) &&
           document_mark(filling, &document, id);
}

/* As many of one transaction, and the log ahead of the file is taken in after it. */
static bool people_put(struct filling *filling, int64_t from, int64_t until)
{
    struct database *db = filling->journal->db;

    if (!database_begin(db, DATABASE_NORMAL, filling->err) ||
        !own_batch_begin(&filling->batch, db, filling->err))
        return false;
    bool ok = true;
    for (int64_t i = from; ok && i < until; i++)
        ok = person_put(filling, i);
    own_batch_end(&filling->batch);
    return ok && database_commit(db, filling->err) &&
           database_checkpoint(db, CHECKPOINT_TRUNCATE, NULL, filling->err);
}

bool desk_own_open(struct pair_node *node, struct error *err)
{
    struct journal *journal = &node->journal;
    char directory[600];
    bool was_reset;
    size_t taken = 1;

    snprintf(directory, sizeof directory, "%s/index", node->home);
    if (!own_index_open(env_real(), directory, journal->db, &journal->own_index, &was_reset, err))
        return false;
    while (taken > 0)
        if (!own_index_follow(journal->own_index, journal->db, &taken, err))
            return false;
    return true;
}

bool desk_own_fill(struct pair_node *node, int64_t count, const struct person *like,
                   struct error *err)
{
    struct filling filling = {.journal = &node->journal,
                              .body = buffer_make(BODY_ROOM),
                              .names = buffer_make(BODY_ROOM),
                              .like = like,
                              .err = err};
    bool ok = true;

    for (int64_t i = 0; ok && i < count; i += STEP_COUNT)
        ok = people_put(&filling, i, i + STEP_COUNT < count ? i + STEP_COUNT : count);
    buffer_free(&filling.body);
    buffer_free(&filling.names);
    return ok && desk_own_open(node, err);
}

void desk_own_close(struct pair_node *node)
{
    own_index_close(&node->journal.own_index);
}
