/*
 * The list of a node's keys: how near an end is, what stands in the list, what is warned of.
 * covers: keys_list
 */
#include "cmd/keys.h"
#include "check.h"
#include "cmd/support/node_home.h"

#include "base/attributes.h"
#include "base/text.h"

#include <unistd.h>

#define DAY_MS INT64_C(86400000)

static struct node_home home;

static enum key_level level(int64_t life_days, int64_t left_days)
{
    return key_level(1000, 1000 + life_days * DAY_MS, 1000 + (life_days - left_days) * DAY_MS);
}

CHECK_TEST(a_long_life_warns_60_30_and_7_days_ahead)
{
    CHECK_INT(level(1826, 61), KEY_GOOD);
    CHECK_INT(level(1826, 60), KEY_NOTICE);
    CHECK_INT(level(1826, 31), KEY_NOTICE);
    CHECK_INT(level(1826, 30), KEY_ENDS_SOON);
    CHECK_INT(level(1826, 8), KEY_ENDS_SOON);
    CHECK_INT(level(1826, 7), KEY_ENDS_NOW);
    CHECK_INT(level(1826, 0), KEY_ENDED);
}

CHECK_TEST(a_short_life_warns_at_a_half_a_quarter_and_a_tenth)
{
    CHECK_INT(level(40, 21), KEY_GOOD);
    CHECK_INT(level(40, 20), KEY_NOTICE);
    CHECK_INT(level(40, 11), KEY_NOTICE);
    CHECK_INT(level(40, 10), KEY_ENDS_SOON);
    CHECK_INT(level(40, 5), KEY_ENDS_SOON);
    CHECK_INT(level(40, 4), KEY_ENDS_NOW);
    CHECK_INT(level(40, -1), KEY_ENDED);
}

static const struct key_entry *entry_of(enum key_kind kind, int64_t now_ms)
{
    static struct key_entry entries[KEY_LIST_MAX];
    size_t count = keys_list(&home.home, now_ms, entries);

    for (size_t i = 0; i < count; i++)
        if (entries[i].kind == kind)
            return &entries[i];
    return NULL;
}

CHECK_TEST(the_list_has_the_keepers_keys_and_the_certificates)
{
    const int64_t now_ms = env_real()->now_ms(env_real()->context);
    const struct key_entry *entry = entry_of(KEY_LOG, now_ms);

    CHECK_OR_RETURN(entry != NULL);
    CHECK(!entry->is_missing);
    CHECK(entry->made_ms > now_ms - DAY_MS);
    CHECK_INT(entry->until_ms, 0);
    entry = entry_of(KEY_TLS, now_ms);
    CHECK_OR_RETURN(entry != NULL);
    CHECK_INT(entry->level, KEY_GOOD);
    CHECK_INT(strlen(entry->fingerprint), 64);
    entry = entry_of(KEY_INSTITUTION, now_ms);
    CHECK(entry != NULL && entry->is_missing); /* this home has none */
}

static bool warns(enum key_kind kind, int64_t now_ms, enum key_level level, const char *words)
{
    static struct key_warning warnings[KEY_WARNING_MAX];
    size_t count = keys_warnings(&home.home, now_ms, warnings, KEY_WARNING_MAX);

    for (size_t i = 0; i < count; i++)
        if (warnings[i].kind == kind)
            return warnings[i].level == level && strstr(warnings[i].text, words) != NULL;
    return false;
}

CHECK_TEST(warnings_name_the_key_its_end_and_the_command)
{
    const int64_t now_ms = env_real()->now_ms(env_real()->context);

    CHECK(!warns(KEY_TLS, now_ms, KEY_NOTICE, ""));
    CHECK(warns(KEY_INSTITUTION, now_ms, KEY_ENDED, "missing"));
    CHECK(warns(KEY_TLS, now_ms + 16 * DAY_MS, KEY_NOTICE, "besa keys tls renew"));
    CHECK(warns(KEY_TLS, now_ms + 23 * DAY_MS, KEY_ENDS_SOON, "key tls: ends in 6 days"));
    CHECK(warns(KEY_TLS, now_ms + 31 * DAY_MS, KEY_ENDED, "ended"));
}

/* Cell `at` of a row, without its marks. */
static void cell_read(struct span row, size_t at, char *out, size_t size)
{
    size_t used = 0;
    size_t bars = 0;

    for (size_t i = 0; i < row.size && bars <= at + 1; i++) {
        bars += row.data[i] == '|';
        if (bars == at + 1 && row.data[i] != '`' && row.data[i] != '|' && used + 1 < size)
            out[used++] = (char)row.data[i];
    }
    out[used] = '\0';
}

/* The row of this key; empty when there is none. */
static struct span row_find(struct span page, const char *name)
{
    char begin[64];
    struct span row;

    snprintf(begin, sizeof begin, "| `%s` | ", name);
    while (line_take(&page, &row))
        if (span_starts_with(row, begin))
            return row;
    return span_make(NULL, 0);
}

CHECK_TEST(every_kind_of_key_has_its_row_in_the_page)
{
    enum { CHANGED_BY = 5 };
    static const char columns[] =
        "\n| key | what for | where | made by | lives | changed by | lost | stolen |\n";
    struct buffer page CLEANUP(buffer_free) = buffer_make(1u << 20);
    struct error err = {0};
    char cell[256];

    CHECK_OK(env_read_file(env_real(), BESA_SOURCE_DIR "/docs/keys.md", page.limit, &page, &err),
             err);
    CHECK(memmem(page.data, page.size, columns, strlen(columns)) != NULL);
    for (size_t i = 0; i < KEY_KIND_COUNT; i++) {
        struct span row = row_find(buffer_span(&page), key_kinds[i].name);
        cell_read(row, CHANGED_BY, cell, sizeof cell);
        bool is_told =
            strncmp(cell + 1, key_kinds[i].rotated_by, strlen(key_kinds[i].rotated_by)) == 0;
        if (!is_told)
            printf("docs/keys.md: row %s does not say 'changed by %s'\n", key_kinds[i].name,
                   key_kinds[i].rotated_by);
        CHECK(row.size > 0 && is_told);
    }
}

CHECK_TEST(the_desks_key_is_listed_where_it_has_its_own)
{
    const int64_t now_ms = env_real()->now_ms(env_real()->context);
    const char *names[2][2] = {{HOME_TLS_KEY, HOME_DESK_KEY},
                               {HOME_TLS_CERTIFICATE, HOME_DESK_CERTIFICATE}};
    char from[HOME_PATH_SIZE], to[HOME_PATH_SIZE];
    struct error err = {0};

    CHECK(entry_of(KEY_DESK_TLS, now_ms) == NULL);
    for (size_t i = 0; i < 2; i++) {
        CHECK_OK(home_path(&home.home, names[i][0], from, &err), err);
        CHECK_OK(home_path(&home.home, names[i][1], to, &err), err);
        CHECK(link(from, to) == 0);
    }
    const struct key_entry *entry = entry_of(KEY_DESK_TLS, now_ms);
    CHECK(entry != NULL && !entry->is_missing && entry->level == KEY_GOOD);
}

int main(void)
{
    node_home_make(&home);
    node_home_tls(&home);
    CHECK_RUN(a_long_life_warns_60_30_and_7_days_ahead);
    CHECK_RUN(a_short_life_warns_at_a_half_a_quarter_and_a_tenth);
    CHECK_RUN(the_list_has_the_keepers_keys_and_the_certificates);
    CHECK_RUN(warnings_name_the_key_its_end_and_the_command);
    CHECK_RUN(every_kind_of_key_has_its_row_in_the_page);
    CHECK_RUN(the_desks_key_is_listed_where_it_has_its_own);
    node_home_free(&home);
    return check_end();
}
