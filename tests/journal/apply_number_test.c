/*
 * The number of apply is raised when what apply writes changes: the books of a history in which every type of message was
 * sent and received (tests/data/apply) are rebuilt, and each derived table has the digest that is kept beside the number
 * that it was written under.
 *
 *     journal_apply_number_test --write      the digests anew; refused while the number is that of the old ones
 *     journal_apply_number_test --record     another history, for a new type of message; and the digests
 * covers: apply rebuild
 */
#include "check.h"
#include "journal/history/history.h"

#include "base/text.h"
#include "message/type.h"
#include "store/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLACE        BESA_TEST_DATA "/apply/"
#define HISTORY_SIZE (16u << 20)
#define TABLE_MAX    32
#define HEX_SIZE     (2 * DIGEST_SIZE + 1)

/* What apply wrote into one derived table. */
struct written {
    const char *table;
    uint64_t rows;
    struct digest *digest;
    char hex[HEX_SIZE];
};
static struct written written[TABLE_MAX];
static size_t written_count;

static struct pair pair; /* of which one side is there */
static struct pair_node *const node = &pair.nodes[0];

/* --- the books --- */

static bool file_read(const char *name, struct buffer *out)
{
    struct error err = {0};

    if (env_read_file(env_real(), name, HISTORY_SIZE, out, &err) && buffer_byte(out, 0))
        return true;
    printf("%s\n", err.text);
    return false;
}

static bool books_open(void)
{
    struct buffer hex CLEANUP(buffer_free) = buffer_make(HISTORY_SIZE);
    struct buffer rows CLEANUP(buffer_free) = buffer_make(HISTORY_SIZE);
    uint8_t keys[4096];
    size_t size = 0;

    snprintf(pair.home, sizeof pair.home, "/tmp/besa-pair-XXXXXX");
    if (mkdtemp(pair.home) == NULL || !file_read(PLACE "keys.hex", &hex) ||
        !file_read(PLACE "history.sql", &rows))
        return false;
    size = strcspn((const char *)hex.data, "\n") / 2;
    if (size > sizeof keys || !hex_read(span_make(hex.data, 2 * size), keys, size))
        return false;
    for (size_t i = 0; i < 2; i++)
        pair.nodes[i].pair = &pair;
    node->party = "ro";
    snprintf(node->home, sizeof node->home, "%s", pair.home);
    return history_open(node, span_make(keys, size), (const char *)rows.data);
}

static bool row_add(void *context, const char *table, struct span text)
{
    (void)context;
    for (size_t i = 0; i < written_count; i++)
        if (strcmp(written[i].table, table) == 0) {
            written[i].rows++;
            digest_add(written[i].digest, text);
            return true;
        }
    return false;
}

static bool digests_make(void)
{
    struct error err = {0};
    uint8_t hash[DIGEST_SIZE];

    written_count = 0;
    for (size_t i = 0; i < schema_table_count; i++)
        if (schema_tables[i].class == TABLE_DERIVED)
            written[written_count++] =
                (struct written){.table = schema_tables[i].name, .digest = digest_begin()};
    bool ok = schema_walk_derived(node->db, row_add, NULL, &err);
    for (size_t i = 0; i < written_count; i++) {
        digest_end(written[i].digest, hash);
        hex_write(span_make(hash, sizeof hash), written[i].hex);
    }
    return ok;
}

/* --- what is kept --- */

static int64_t kept_number(const char *kept)
{
    int64_t number = 0;
    return sscanf(kept, "apply %" SCNd64, &number) == 1 ? number : 0;
}

static void line_write(const struct written *table, struct buffer *out)
{
    buffer_format(out, "%s %" PRIu64 " %s\n", table->table, table->rows, table->hex);
}

/* The tables that are not as they are kept, printed. */
static size_t changed_count(const char *kept)
{
    size_t count = 0;

    for (size_t i = 0; i < written_count; i++) {
        struct buffer line CLEANUP(buffer_free) = buffer_make(256);
        buffer_byte(&line, '\n');
        line_write(&written[i], &line);
        buffer_byte(&line, 0);
        if (strstr(kept, (const char *)line.data) != NULL)
            continue;
        printf("apply writes other rows into %s\n", written[i].table);
        count++;
    }
    return count;
}

static int digests_write(bool is_new_history)
{
    struct buffer kept CLEANUP(buffer_free) = buffer_make(HISTORY_SIZE);
    struct buffer out CLEANUP(buffer_free) = buffer_make(HISTORY_SIZE);
    struct error err = {0};

    if (!books_open() || !digests_make())
        return 1;
    if (!is_new_history && file_read(PLACE "digests.txt", &kept) &&
        changed_count((const char *)kept.data) > 0 &&
        kept_number((const char *)kept.data) == JOURNAL_APPLY_NUMBER) {
        printf("raise JOURNAL_APPLY_NUMBER in src/journal/journal.h first, and say there why\n");
        return 1;
    }
    buffer_format(&out, "apply %d\n", JOURNAL_APPLY_NUMBER);
    for (size_t i = 0; i < written_count; i++)
        line_write(&written[i], &out);
    bool ok = env_write_file(env_real(), PLACE "digests.txt", buffer_span(&out), &err);
    printf("%s\n", ok ? "written" : err.text);
    pair_free(&pair);
    return ok ? 0 : 1;
}

static int history_record(void)
{
    struct buffer keys CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer rows CLEANUP(buffer_free) = buffer_make(HISTORY_SIZE);
    struct error err = {0};
    char path[640], hex[2 * 4096 + 2];

    if (!pair_make(&pair) || !history_play(&pair))
        return 1;
    snprintf(path, sizeof path, "%s/keeper/keeper.keys", node->home);
    if (!env_read_file(env_real(), path, 4096, &keys, &err) || !history_write(node, &rows, &err))
        return 1;
    hex_write(buffer_span(&keys), hex);
    hex[2 * keys.size] = '\n';
    if (!env_write_file(env_real(), PLACE "keys.hex", span_make(hex, 2 * keys.size + 1), &err) ||
        !env_write_file(env_real(), PLACE "history.sql", buffer_span(&rows), &err))
        return 1;
    pair_free(&pair);
    pair = (struct pair){.is_cut = false};
    return digests_write(true);
}

/* --- claims --- */

static const char entries_of_type_sql[] =
    "select count(*) from entries e join sequence s on s.entry = e.id where e.type = $1"
    " and s.outcome = 0";

/* From both sides; termination ends it, and is said once. */
static int64_t wanted_of(int type)
{
    return type == MESSAGE_TERMINATION ? 1 : 2;
}

CHECK_TEST(every_type_of_message_is_in_the_history_from_both_sides)
{
    struct error err = {0};

    for (int type = 1; type < MESSAGE_TYPE_COUNT; type++) {
        struct statement *s CLEANUP(statement_give) =
            statement_take(node->db, entries_of_type_sql, &err);
        CHECK_OR_RETURN(s != NULL);
        statement_integer(s, 1, type);
        CHECK_OR_RETURN(statement_step(s, &err) == STEP_ROW);
        int64_t count = column_integer(s, 0);
        int64_t wanted = message_types[type].sender == SENDER_SELF ? 0 : wanted_of(type);
        if (count < wanted)
            printf("%s: %" PRId64
                   " in the history: add it to tests/journal/history/history.c and run "
                   "this program with --record\n",
                   message_types[type].name, count);
        CHECK(count >= wanted);
    }
}

CHECK_TEST(every_derived_table_has_rows)
{
    CHECK_OR_RETURN(digests_make());
    for (size_t i = 0; i < written_count; i++) {
        if (written[i].rows == 0)
            printf("%s is empty: add to tests/journal/history/history.c what apply writes there\n",
                   written[i].table);
        CHECK(written[i].rows > 0);
    }
}

CHECK_TEST(what_apply_writes_is_what_its_number_says)
{
    struct buffer kept CLEANUP(buffer_free) = buffer_make(HISTORY_SIZE);

    CHECK_OR_RETURN(digests_make() && file_read(PLACE "digests.txt", &kept));
    int64_t number = kept_number((const char *)kept.data);
    size_t changed = changed_count((const char *)kept.data);
    if (number != JOURNAL_APPLY_NUMBER)
        printf("the number of apply was raised from %" PRId64 " to %d: run this program with "
               "--write\n",
               number, JOURNAL_APPLY_NUMBER);
    else if (changed > 0)
        printf("books that stand keep their old rows: raise JOURNAL_APPLY_NUMBER in "
               "src/journal/journal.h, so that each node builds its derived tables anew at its "
               "next start, and run this program with --write\n");
    CHECK_INT(number, JOURNAL_APPLY_NUMBER);
    CHECK_INT(changed, 0);
}

CHECK_TEST(another_rebuild_writes_the_same)
{
    struct buffer kept CLEANUP(buffer_free) = buffer_make(HISTORY_SIZE);
    struct error err = {0};

    CHECK_OK(database_begin(node->db, DATABASE_FULL, &err), err);
    CHECK_OK(journal_rebuild(&node->journal, NULL, NULL, &err), err);
    CHECK_OK(database_commit(node->db, &err), err);
    CHECK_OR_RETURN(digests_make() && file_read(PLACE "digests.txt", &kept));
    CHECK_INT(changed_count((const char *)kept.data), 0);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--record") == 0)
        return history_record();
    if (argc > 1)
        return digests_write(false);
    if (!books_open())
        return 1;
    CHECK_RUN(every_type_of_message_is_in_the_history_from_both_sides);
    CHECK_RUN(every_derived_table_has_rows);
    CHECK_RUN(what_apply_writes_is_what_its_number_says);
    CHECK_RUN(another_rebuild_writes_the_same);
    pair_free(&pair);
    return check_end();
}
