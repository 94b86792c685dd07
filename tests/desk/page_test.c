/*
 * Pages: every list of the desk comes in pages that together hold each row exactly once, whatever is entered between two of
 * them; and a place that no list gave is refused.
 * covers: page sessions
 */
#include "base/text.h"
#include "check.h"
#include "crypto/digest.h"
#include "desk/approval.h"
#include "desk/private.h"
#include "journal/support/hostile.h"
#include "journal/support/pair.h"
#include "journal/support/third.h"
#include "message/support/samples.h"
#include "store/held_rows.h"
#include "store/own_rows.h"
#include "store/retention_rows.h"
#include "store/session_rows.h"

#include <stdio.h>

#define ROW_MAX 64

static struct pair pair;
static struct third third;
static struct arena arena;
static struct buffer out;
static struct error err;

/* --- what the books are given --- */

struct entered {
    unsigned number;
};

static bool approval_run(struct journal *journal, void *context, struct error *e)
{
    const struct entered *entered = context;
    char id[APPROVAL_ID_SIZE + 1];
    struct approval_row row = {.act = span_text("request-send"),
                               .officer = span_text("ana"),
                               .digest = span_make("0123456789abcdef0123456789abcdef", DIGEST_SIZE),
                               .sealed = span_text("sealed"),
                               .salt = span_text("salt"),
                               .key = span_text("key"),
                               .made_ms = journal->env->now_ms(journal->env->context)};

    /* Three of each millisecond: the id alone tells them apart. */
    row.made_ms += entered->number / 3;
    row.until_ms = row.made_ms + APPROVAL_KEEP_MS;
    snprintf(id, sizeof id, "approval-%07u", (entered->number * 7919u) % 10000000u);
    row.id = span_make(id, APPROVAL_ID_SIZE);
    return approval_insert(journal->db, &row, e);
}

static bool session_run(struct journal *journal, void *context, struct error *e)
{
    const struct entered *entered = context;
    uint8_t hash[DIGEST_SIZE];
    struct session_row row = {.officer = span_text(entered->number % 2 == 0 ? "ana" : "boss"),
                              .csrf = span_make("0123456789abcdef0123456789abcdef", 32),
                              .made_ms = journal->env->now_ms(journal->env->context),
                              .client = span_text("192.0.2.7")};

    digest_sha256(span_make(&entered->number, sizeof entered->number), hash);
    row.token_hash = span_make(hash, sizeof hash);
    row.made_ms -= row.made_ms % 1000; /* many of one time */
    row.used_ms = row.made_ms + 1 + entered->number;
    return session_insert(journal->db, &row, e);
}

static bool held_run(struct journal *journal, void *context, struct error *e)
{
    const struct entered *entered = context;
    struct entry_row row;
    struct held_row held = {.thread = span_make("0123456789abcdef", UUID_SIZE),
                            .ground = span_text("type")};

    /* Any entries of the partner's log serve as held ones. */
    if (!entry_find_index(journal->db, &arena, journal->lines[0].in.id, entered->number, &row, e))
        return false;
    held.entry = row.id;
    held.log = held.thread_log = journal->lines[0].in.id;
    return held_insert(journal->db, &held, e);
}

static bool enter(bool (*run)(struct journal *, void *, struct error *), unsigned number)
{
    struct entered entered = {number};

    if (hostile_run(&pair.nodes[0], run, &entered, &err))
        return true;
    printf("%s\n", err.text);
    return false;
}

static bool request_send(unsigned number, bool is_urgent)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct request sample = is_urgent ? sample_request_urgent() : sample_request();
    char reference[24];

    snprintf(reference, sizeof reference, "RO-%u", number);
    sample.reference = span_text(reference);
    sample.authority = span_text("Centrul de Cooperare (test)");
    error_clear(&err);
    return request_write(&sample, &body) &&
           pair_act(&pair.nodes[0], "request-send", "{\"agreement\":\"ro-al\"}", buffer_span(&body),
                    &out, &err);
}

/* --- the walk --- */

struct walk {
    const char *act;
    const char *officer;
    const char *key; /* the field that tells rows apart */
    const char *more;
    bool (*run)(struct journal *, void *, struct error *); /* enters one; NULL: nothing comes */
    unsigned from;                                         /* its first number */
    char rows[ROW_MAX][96];
    size_t count;
    unsigned pages;
};

static bool field(struct span text, const char *name, char *found, size_t size)
{
    char wanted[48];
    size_t length = (size_t)snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    const char *at = text.size == 0 ? NULL : memmem(text.data, text.size, wanted, length);

    if (at == NULL)
        return false;
    at += length;
    snprintf(found, size, "%.*s", (int)strcspn(at, "\""), at);
    return true;
}

/* The rows of a page, by their key. */
static void rows_take(struct walk *walk)
{
    struct span rest = buffer_span(&out);

    while (walk->count < ROW_MAX &&
           field(rest, walk->key, walk->rows[walk->count], sizeof walk->rows[0])) {
        const uint8_t *at =
            memmem(rest.data, rest.size, walk->rows[walk->count], strlen(walk->rows[walk->count]));
        rest = span_part(rest, (size_t)(at - rest.data) + 1, rest.size);
        walk->count++;
    }
}

/* Two rows a page; with `is_moving`, one comes in after each page. False: no end, or an error. */
static bool pages_walk(struct walk *walk, bool is_moving)
{
    char arguments[256] = "";
    char next[PAGE_PLACE_SIZE + 1] = "";

    walk->count = 0;
    for (walk->pages = 1; walk->pages <= ROW_MAX; walk->pages++) {
        snprintf(arguments, sizeof arguments, "{\"limit\":2%s%s%s%s}", walk->more,
                 next[0] == '\0' ? "" : ",\"after\":\"", next, next[0] == '\0' ? "" : "\"");
        if (!pair_act_as(&pair.nodes[0], walk->officer, walk->act, arguments, &out, &err)) {
            printf("%s %s: %s\n", walk->act, arguments, err.text);
            return false;
        }
        rows_take(walk);
        if (!field(buffer_span(&out), "next", next, sizeof next))
            return true;
        if (is_moving && walk->run != NULL && !enter(walk->run, walk->from++))
            return false;
    }
    printf("%s has no end\n", walk->act);
    return false;
}

static size_t times(const struct walk *walk, const char *row)
{
    size_t count = 0;

    for (size_t i = 0; i < walk->count; i++)
        count += strcmp(walk->rows[i], row) == 0;
    return count;
}

/* All rows once over a list that stands still; then each of them exactly once while rows come in. */
static void walk_holds(struct walk *walk, size_t wanted)
{
    static struct walk still;

    CHECK_OR_RETURN(pages_walk(walk, false));
    CHECK_INT(walk->count, wanted);
    CHECK_INT(walk->pages, (wanted + 1) / 2);
    still = *walk;
    CHECK_OR_RETURN(pages_walk(walk, true));
    for (size_t i = 0; i < still.count; i++) {
        CHECK_INT(times(&still, still.rows[i]), 1);
        CHECK_INT(times(walk, still.rows[i]), 1);
    }
}

CHECK_TEST(drafts_come_page_by_page_while_others_are_made)
{
    struct walk walk = {.act = "approval-list",
                        .officer = "ana",
                        .key = "approval",
                        .more = "",
                        .run = approval_run,
                        .from = 7};

    for (unsigned i = 0; i < 7; i++)
        CHECK_OR_RETURN(enter(approval_run, i));
    walk_holds(&walk, 7);
}

CHECK_TEST(sessions_come_page_by_page_while_others_log_in)
{
    struct walk walk = {.act = "officer-sessions",
                        .officer = "boss",
                        .key = "used",
                        .more = "",
                        .run = session_run,
                        .from = 9};

    for (unsigned i = 0; i < 9; i++)
        CHECK_OR_RETURN(enter(session_run, i));
    walk_holds(&walk, 9);
}

CHECK_TEST(agreements_come_page_by_page_by_name)
{
    struct walk walk = {
        .act = "agreement-list", .officer = "ana", .key = "agreement", .more = ",\"limit\":1"};

    CHECK_OK(pair_act_as(&pair.nodes[0], "ana", "agreement-list", "{\"limit\":1}", &out, &err),
             err);
    CHECK(field(buffer_span(&out), "agreement", walk.rows[0], sizeof walk.rows[0]));
    CHECK(field(buffer_span(&out), "next", walk.rows[1], sizeof walk.rows[1]));
    CHECK(strcmp(walk.rows[0], walk.rows[1]) == 0);
    CHECK_OK(pair_act_as(&pair.nodes[0], "ana", "agreement-list",
                         "{\"limit\":1,\"after\":\"ro-al\"}", &out, &err),
             err);
    bool has_next = field(buffer_span(&out), "next", walk.rows[2], sizeof walk.rows[2]);
    CHECK(!has_next || strcmp(walk.rows[2], "ro-al") > 0);
    walk.more = "";
    CHECK_OR_RETURN(pages_walk(&walk, false));
    CHECK_INT(walk.count, 2);
    CHECK(strcmp(walk.rows[0], walk.rows[1]) < 0);
}

CHECK_TEST(what_goes_comes_page_by_page_the_nearest_first)
{
    struct walk walk = {
        .act = "retention-list", .officer = "ana", .key = "item", .more = ",\"days\":3650"};
    char item[UUID_TEXT_SIZE];

    for (unsigned i = 0; i < 5; i++)
        CHECK_OK(pair_request(&pair.nodes[1], 40 + i, item, &err), err);
    pair_settle(&pair);
    CHECK_OR_RETURN(pages_walk(&walk, false));
    CHECK(walk.count >= 5);
    for (size_t i = 0; i < walk.count; i++)
        CHECK_INT(times(&walk, walk.rows[i]), 1);
}

#define DUE_COUNT 2100u /* more than are sorted */

/* Parts of one request, by their own date or by their class. */
static bool due_run(struct journal *journal, void *context, struct error *e)
{
    const struct journal_line *line = &journal->lines[0];
    struct entry_row entry;
    (void)context;

    if (!entry_find_index(journal->db, &arena, line->in.id, 0, &entry, e))
        return false;
    for (unsigned i = 1; i <= DUE_COUNT; i++) {
        struct retention_row row = {.entry = entry.id,
                                    .number = i,
                                    .class = i % 7,
                                    .agreement = span_text(line->agreement_id),
                                    .version = line->agreement.version,
                                    .start_ms = i % 3 == 0 ? RETENTION_OPEN : 1000 + i / 10,
                                    .erase_at_ms = i % 3 == 0 ? 2000 + i / 10 : RETENTION_OPEN};
        if (!retention_insert(journal->db, &row, e))
            return false;
    }
    return true;
}

/* The numbers of the parts on this page. */
static void parts_count(unsigned seen[DUE_COUNT + 1])
{
    struct span rest = buffer_span(&out);
    const char *at;
    unsigned number = 0;

    while (rest.size > 0 && (at = memmem(rest.data, rest.size, "\"part\":", 7)) != NULL) {
        if (sscanf(at, "\"part\":%u", &number) == 1 && number <= DUE_COUNT)
            seen[number]++;
        rest = span_part(rest, (size_t)((const uint8_t *)at - rest.data) + 1, rest.size);
    }
}

CHECK_TEST(what_goes_is_listed_to_its_end_however_much_it_is)
{
    static unsigned seen[DUE_COUNT + 1];
    char arguments[256] = "{\"limit\":200}";
    char next[PAGE_PLACE_SIZE + 1];
    unsigned pages = 0, wrong = 0;
    bool has_next = true;

    CHECK_OR_RETURN(enter(due_run, 0));
    for (; has_next && pages < 20; pages++) {
        CHECK_OK(pair_act_as(&pair.nodes[0], "ana", "retention-list", arguments, &out, &err), err);
        CHECK(memmem(out.data, out.size, "\"and_more\":true", 15) != NULL);
        parts_count(seen);
        has_next = field(buffer_span(&out), "next", next, sizeof next);
        snprintf(arguments, sizeof arguments, "{\"limit\":200,\"after\":\"%s\"}", next);
    }
    for (unsigned i = 1; i <= DUE_COUNT; i++)
        wrong += seen[i] != 1;
    CHECK_INT(wrong, 0);
    CHECK_INT(pages, DUE_COUNT / 200 + 1);
    /* A place that nobody gave, far behind all, is an end and no harm. */
    CHECK_OK(pair_act_as(&pair.nodes[0], "ana", "retention-list",
                         "{\"after\":\"0.9007199254740991.5.5.5\"}", &out, &err),
             err);
    CHECK(memmem(out.data, out.size, "\"list\":[]", 9) != NULL);
}

CHECK_TEST(what_is_held_comes_page_by_page)
{
    struct walk walk = {.act = "held-list",
                        .officer = "ana",
                        .key = "item",
                        .more = "",
                        .run = held_run,
                        .from = 5};

    for (unsigned i = 0; i < 5; i++)
        CHECK_OR_RETURN(enter(held_run, i));
    CHECK_OR_RETURN(pages_walk(&walk, false));
    CHECK_INT(walk.count, 5);
    for (size_t i = 0; i < walk.count; i++)
        CHECK_INT(times(&walk, walk.rows[i]), 1);
}

static bool import_run(struct journal *journal, void *context, struct error *e)
{
    const struct entered *entered = context;
    uint8_t digest[DIGEST_SIZE];
    struct own_import_row row = {.source = span_text("old-cases"),
                                 .officer = span_text("ana"),
                                 .case_number = span_text("c-1"),
                                 .people = 1,
                                 .began_ms = 1000 + entered->number / 3, /* three at once */
                                 .ended_ms = 5000};

    digest_sha256(span_make(&entered->number, sizeof entered->number), digest);
    row.digest = span_make(digest, sizeof digest);
    return own_import_put(journal->db, &row, e);
}

CHECK_TEST(imports_come_page_by_page_while_others_begin)
{
    struct walk walk = {.act = "own-import-list",
                        .officer = "ana",
                        .key = "digest",
                        .more = "",
                        .run = import_run,
                        .from = 8};

    for (unsigned i = 0; i < 8; i++)
        CHECK_OR_RETURN(enter(import_run, i));
    walk_holds(&walk, 8);
    CHECK(memmem(out.data, out.size, "\"people\":", 9) != NULL); /* on each page */
}

static size_t alarm_count(void)
{
    struct span rest = buffer_span(&out);
    const uint8_t *at;
    size_t count = 0;

    while (rest.size > 0 && (at = memmem(rest.data, rest.size, "\"alarm\":", 8)) != NULL) {
        rest = span_part(rest, (size_t)(at - rest.data) + 1, rest.size);
        count++;
    }
    return count;
}

/* Of all three kinds, ours and the partner's, over the ends of the walks that find them. */
CHECK_TEST(alarms_come_page_by_page_the_most_pressing_first)
{
    struct walk walk = {.act = "alarm-list", .officer = "ana", .key = "item", .more = ""};

    for (unsigned i = 0; i < 3; i++)
        CHECK_OR_RETURN(request_send(60 + i, false));
    pair_settle(&pair);
    pair_wait(INT64_C(8) * 86400000); /* these and the five of the partner's before are overdue */
    pair.is_cut = true;
    CHECK_OR_RETURN(request_send(70, true) && request_send(71, true) && request_send(72, true));
    pair_wait(20 * 60000);
    CHECK_OR_RETURN(pages_walk(&walk, false));
    CHECK_INT(walk.count, 11);
    for (size_t i = 0; i < walk.count; i++)
        CHECK_INT(times(&walk, walk.rows[i]), 1);
    CHECK_OK(pair_act_as(&pair.nodes[0], "ana", "alarm-list", "{\"limit\":3}", &out, &err), err);
    CHECK(memmem(out.data, out.size, "overdue", 7) == NULL);
    pair.is_cut = false;
    pair_settle(&pair);
}

CHECK_TEST(no_alarm_is_cut_off)
{
    char arguments[256] = "{\"limit\":200}";
    char next[PAGE_PLACE_SIZE + 1];
    char item[UUID_TEXT_SIZE];
    size_t count = 0;
    unsigned pages = 0;
    bool has_next = true;

    for (unsigned i = 0; i < 230; i++)
        CHECK_OK(pair_request(&pair.nodes[1], 100 + i, item, &err), err);
    pair_settle(&pair);
    pair_wait(INT64_C(8) * 86400000);
    for (; has_next && pages < 5; pages++) {
        CHECK_OK(pair_act_as(&pair.nodes[0], "ana", "alarm-list", arguments, &out, &err), err);
        count += alarm_count();
        has_next = field(buffer_span(&out), "next", next, sizeof next);
        snprintf(arguments, sizeof arguments, "{\"limit\":200,\"after\":\"%s\"}", next);
    }
    CHECK(count >= 230 + 5);
    CHECK_INT(pages, 2);
}

CHECK_TEST(a_place_that_no_list_gave_is_refused)
{
    static const char *const acts[] = {"inbox-list",       "sent-list",      "approval-list",
                                       "officer-sessions", "retention-list", "held-list",
                                       "alarm-list",       "own-import-list"};
    static const char *const places[] = {"x",
                                         ".",
                                         "1",
                                         "..",
                                         "1.-2.3",
                                         "1.2.3.4.5.6",
                                         "1.2.zz",
                                         "ana.1.99999999999",
                                         "ana.1.x",
                                         "1.1.abcdef",
                                         "1.99999999999999999999.1"};
    char arguments[256];

    for (size_t i = 0; i < ARRAY_COUNT(acts); i++)
        for (size_t k = 0; k < ARRAY_COUNT(places); k++) {
            const char *officer = strcmp(acts[i], "officer-sessions") == 0 ? "boss" : "ana";
            snprintf(arguments, sizeof arguments, "{\"after\":\"%s\"}", places[k]);
            error_clear(&err);
            if (!pair_act_as(&pair.nodes[0], officer, acts[i], arguments, &out, &err) &&
                err.kind == ERROR_INPUT)
                continue;
            printf("%s behind %s: %s\n", acts[i], places[k], err.text);
            CHECK(false);
        }
}

static bool boss_make(void)
{
    return pair_act(&pair.nodes[0], "officer-put",
                    "{\"id\":\"boss\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":"
                    "\"administrator\"}",
                    span_text(""), &out, &err);
}

int main(void)
{
    out = buffer_make(1u << 20);
    arena = arena_make(16u * 1024 * 1024);
    if (!pair_make(&pair))
        return 1;
    pair_settle(&pair);
    if (!third_make(&pair, &third) || !boss_make())
        return 1;
    CHECK_RUN(drafts_come_page_by_page_while_others_are_made);
    CHECK_RUN(sessions_come_page_by_page_while_others_log_in);
    CHECK_RUN(agreements_come_page_by_page_by_name);
    CHECK_RUN(what_goes_comes_page_by_page_the_nearest_first);
    CHECK_RUN(what_goes_is_listed_to_its_end_however_much_it_is);
    CHECK_RUN(what_is_held_comes_page_by_page);
    CHECK_RUN(imports_come_page_by_page_while_others_begin);
    CHECK_RUN(alarms_come_page_by_page_the_most_pressing_first);
    CHECK_RUN(no_alarm_is_cut_off);
    CHECK_RUN(a_place_that_no_list_gave_is_refused);
    third_free(&third);
    pair_free(&pair);
    arena_free(&arena);
    buffer_free(&out);
    return check_end();
}
