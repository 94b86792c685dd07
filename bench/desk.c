/*
 * The desk at the size of years: a page of the inbox and of cases, the cross-check of a new request, the warning before one
 * is sent, and the agreement's ruling, with a million messages and a hundred thousand cases in the books, and two hundred
 * thousand people in the own index. Acts are jobs of the writer as in a node, each with a reason of its own, so that its access
 * entry and its sync are in the time.
 *
 * Old messages are rows put in directly, their match keys among them; the new ones are sent by the partner, and stand on the
 * first page of the inbox with their bodies.
 */
#include "bench.h"

#include "desk_own.h"

#include "agreement/permit.h"
#include "desk/match_key.h"
#include "desk/own_form.h"
#include "journal/private.h"
#include "journal/support/pair.h"
#include "message/support/samples.h"
#include "store/case_rows.h"
#include "store/derived_rows.h"

#include <stdio.h>
#include <stdlib.h>

#define MESSAGE_COUNT INT64_C(1000000)
#define CASE_COUNT    INT64_C(100000)
#define OWN_COUNT     INT64_C(200000) /* people of the own index */
#define OPEN_EACH     10              /* one message in so many is a request to us that waits */
#define HIT_COUNT     20              /* old records that name the person of the new requests */
#define CALLS         20              /* of one round */
#define PERMIT_CALLS  10000
#define OLD_DUE_MS    (30 * INT64_C(86400000)) /* behind the new ones, which stand on the first page */
#define PAGE_ROWS     50 /* of the inbox, whose bodies are here: codes are read out of them */

static struct pair pair;
static struct error err;
static struct buffer out;
static struct buffer person_body; /* of everybody in a case */

static struct pair_node *desk(void)
{
    return &pair.nodes[1];
}

static struct journal *journal(void)
{
    return &desk()->journal;
}

/* --- the books --- */

static bool old_key_put(int64_t number, struct key_row *row, uint8_t bytes[MATCH_KEY_SIZE])
{
    uint8_t digest[DIGEST_SIZE];

    digest_sha256(span_make((const uint8_t *)&number, sizeof number), digest);
    memcpy(bytes, digest, MATCH_KEY_SIZE);
    row->key = span_make(bytes, MATCH_KEY_SIZE);
    return key_put(journal()->db, row, &err);
}

static bool message_put(int64_t index)
{
    static const uint8_t filler[300] = {7};
    uint8_t id[UUID_SIZE] = {0}, key[MATCH_KEY_SIZE];
    struct journal_line *line = &journal()->lines[0];
    bool is_open = index % OPEN_EACH == 0;
    struct entry_row entry = {.id = journal()->next_entry++,
                              .log = line->in.id,
                              .index = 1000000 + index,
                              .message_id = span_make(id, sizeof id),
                              .head = span_make(filler, sizeof filler),
                              .leaf = span_make(filler, TLOG_HASH_SIZE),
                              .type = MESSAGE_REQUEST,
                              .created_ms = pair_clock_ms() - index,
                              .body_state = BODY_ERASED};
    struct request_row request = {.log = line->in.id,
                                  .message_id = span_make(id, sizeof id),
                                  .is_own = !is_open,
                                  .urgency = 2, /* what a filter of others has to pass over */
                                  .reference = span_text("RO-0"),
                                  .language = span_text("en")};
    struct key_row row = {.scope = span_text(line->agreement_id), .side = KEY_ITEM};

    memcpy(id, &entry.id, sizeof entry.id);
    id[6] = 0x70;
    request.entry = row.object = entry.id;
    return entry_insert(journal()->db, &entry, &err) &&
           request_insert(journal()->db, &request, &err) && old_key_put(2 * index, &row, key) &&
           old_key_put(2 * index + 1, &row, key) &&
           (!is_open || due_insert(journal()->db, entry.id, pair_clock_ms() / 1000,
                                   pair_clock_ms() + OLD_DUE_MS + index * 1000, &err));
}

static bool case_make(int64_t index)
{
    char number[24] = "", unit[24] = "";
    uint8_t key[MATCH_KEY_SIZE];
    struct key_row row = {
        .scope = span_text(KEY_SCOPE_DESK), .side = KEY_CASE_PERSON, .object = index + 1};
    struct case_row of = {.title = span_text("A case of a bench"),
                          .officer = span_text("blerim"),
                          .opened_ms = pair_clock_ms(),
                          .is_closed = index % 3 == 0};
    struct case_person_row person = {
        .id = index + 1, .body = buffer_span(&person_body), .officer = span_text("blerim")};

    snprintf(number, sizeof number, "b-%06d", (int)index);
    snprintf(unit, sizeof unit, "unit-%d", (int)(index % 50));
    of.number = person.number = span_text(number);
    of.unit = span_text(unit);
    return case_write(journal()->db, &of, &err) && case_person_put(journal()->db, &person, &err) &&
           old_key_put(-index - 1, &row, key);
}

static bool rows_put(bool (*put)(int64_t index), int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (i % 10000 == 0 && !database_begin(journal()->db, DATABASE_NORMAL, &err))
            return false;
        if (!put(i))
            return false;
        if (i % 10000 != 9999 && i + 1 != count)
            continue;
        /* As the background of a node does, or the log ahead of the file grows for ever. */
        if (!database_commit(journal()->db, &err) ||
            !database_checkpoint(journal()->db, CHECKPOINT_TRUNCATE, NULL, &err))
            return false;
    }
    return true;
}

/* Old records of the sample's persons: half of them people in cases, half earlier messages. */
static bool hits_run(struct journal *of, void *context, struct error *error)
{
    struct arena arena CLEANUP(arena_free) = arena_make(4u << 20);
    struct match_keys *keys = arena_alloc(&arena, sizeof *keys);
    (void)context;

    if (keys == NULL || !match_keys_begin(of, &arena, keys, error) ||
        !match_keys_of_person(keys, &sample_persons[0], 0, error))
        return false;
    for (int64_t i = 0; i < HIT_COUNT; i++)
        if (!match_keys_put(keys,
                            span_text(i % 2 == 0 ? KEY_SCOPE_DESK : of->lines[0].agreement_id),
                            i % 2 == 0 ? KEY_CASE_PERSON : KEY_ITEM,
                            i % 2 == 0 ? i + 1 : of->next_entry - 1 - i, error))
            return false;
    return true;
}

/* --- the new requests --- */

/* The sample's first person with a whole date of birth, so that the own index is asked for the name as well as the number. */
static struct request asking(unsigned number, char reference[24], struct person persons[2])
{
    struct request request = sample_request_numbered(number, reference);

    memcpy(persons, sample_persons, sizeof sample_persons);
    persons[0].birth_date = span_text("1984-07-05");
    request.persons = persons;
    return request;
}

static bool request_put(unsigned number, char item[UUID_TEXT_SIZE])
{
    char reference[24];
    struct person persons[2];
    struct request request = asking(number, reference, persons);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer sent CLEANUP(buffer_free) = buffer_make(64 * 1024);

    request.authority = span_text("Centrul de Cooperare (test)");
    if (!request_write(&request, &body) ||
        !pair_act(&pair.nodes[0], "request-send", "{}", buffer_span(&body), &sent, &err))
        return false;
    /* {"item":"<uuid>",... */
    snprintf(item, UUID_TEXT_SIZE, "%.*s", UUID_TEXT_SIZE - 1, (const char *)sent.data + 9);
    return true;
}

/* --- acts --- */

struct asked {
    const char *act;
    const char *arguments;
    struct span body;
};

static bool asked_run(struct journal *of, void *context, struct error *error)
{
    static struct problems problems;
    static unsigned number;
    const struct asked *asked = context;
    struct arena arena CLEANUP(arena_free) = arena_make(16u << 20);
    struct json *json CLEANUP(json_free) = NULL;
    struct json_object object;
    struct json_writer writer = json_writer_make(&out);
    char reason[32];

    problems_clear(&problems);
    buffer_clear(&out);
    snprintf(reason, sizeof reason, "bench %u", ++number);
    if (!json_parse(span_text(asked->arguments), &json, error))
        return false;
    json_object_begin(&object, json_root(json), &arena, &problems);
    struct desk_call call = {.access = {.officer = span_text("blerim"),
                                        .reason = span_text(reason),
                                        .case_number = span_text("c-1")},
                             .arguments = &object,
                             .body = asked->body,
                             .problems = &problems,
                             .arena = &arena};
    return desk_run(of, desk_act_find(span_text(asked->act)), &call, &writer, error);
}

static bool step_run(struct journal *of, void *context, struct error *error)
{
    bool *more = context;

    return desk_crosscheck_step(of, more, error);
}

/* The median of so many jobs, in ms. */
static bool calls(struct bench_series *series,
                  bool (*run)(struct journal *, void *, struct error *), void *context)
{
    double ms[CALLS];

    for (size_t i = 0; i < CALLS; i++) {
        double began = bench_now();
        if (!pair_work(desk(), run, context, &err))
            return false;
        ms[i] = (bench_now() - began) * 1000;
    }
    qsort(ms, CALLS, sizeof ms[0], bench_compare);
    bench_add(series, ms[CALLS / 2]);
    return true;
}

/* What was measured found something, in each of the three places. */
static bool everybody_was_found(const char *item)
{
    static const char *const places[] = {"\"own\":false", "\"case_person\"", "\"own_person\""};
    char arguments[64];
    struct asked show = {"crosscheck-show", arguments, {NULL, 0}};

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\"}", item);
    if (!pair_work(desk(), asked_run, &show, &err))
        return false;
    for (size_t i = 0; i < ARRAY_COUNT(places); i++)
        if (memmem(out.data, out.size, places[i], strlen(places[i])) == NULL)
            return error_set(&err, ERROR_BUG, "the cross-check found no %s", places[i]);
    return true;
}

static bool page_fill(void)
{
    char item[UUID_TEXT_SIZE];

    for (unsigned i = 0; i < PAGE_ROWS; i++)
        if (!request_put(1000 + i, item))
            return false;
    pair_settle(&pair);
    return true;
}

/* The first look opens each body for its codes. */
static bool first_look(struct bench_series *series, struct asked *inbox)
{
    double began = bench_now();

    if (!pair_work(desk(), asked_run, inbox, &err))
        return false;
    bench_add(series, (bench_now() - began) * 1000);
    return memmem(out.data, out.size, "\"codes\":", 8) != NULL ||
           error_set(&err, ERROR_BUG, "the rows of the inbox tell no codes");
}

/* One new request after the other, each checked alone: what one waits for. */
static bool crosschecks(struct bench_series *series)
{
    static unsigned number = 100;
    double ms[CALLS];
    char item[UUID_TEXT_SIZE] = "";
    bool more = false;

    for (size_t i = 0; i < CALLS; i++) {
        if (!request_put(number++, item))
            return false;
        pair_settle(&pair);
        double began = bench_now();
        if (!pair_work(desk(), step_run, &more, &err))
            return false;
        ms[i] = (bench_now() - began) * 1000;
    }
    qsort(ms, CALLS, sizeof ms[0], bench_compare);
    bench_add(series, ms[CALLS / 2]);
    return everybody_was_found(item);
}

static bool permits(struct bench_series *series)
{
    struct request request = sample_request();
    struct journal_line *line = &pair.nodes[0].journal.lines[0];
    struct ruling ruling;

    request.authority = span_text("Centrul de Cooperare (test)");
    double began = bench_now();
    for (unsigned i = 0; i < PERMIT_CALLS; i++) {
        struct permit_question question = {.type = MESSAGE_REQUEST,
                                           .sender = line->agreement.parties[line->own_side].party,
                                           .receiver =
                                               line->agreement.parties[line->partner_side].party,
                                           .created_ms = pair_clock_ms(),
                                           .ends_ms = journal_ends_ms(line),
                                           .request = &request,
                                           .body_size = 4096};
        if (!agreement_permit(&line->agreement, &question, &ruling))
            return error_set(&err, ERROR_BUG, "%s", ruling.text);
    }
    bench_add(series, (bench_now() - began) * 1e6 / PERMIT_CALLS);
    return true;
}

static bool measure(void)
{
    struct bench_series first = {.count = 0}, inbox = {.count = 0}, filtered = {.count = 0},
                        cases = {.count = 0}, crosscheck = {.count = 0}, warning = {.count = 0},
                        permit = {.count = 0};
    struct asked inbox_of = {"inbox-list", "{\"limit\":50}", {NULL, 0}};
    /* The slowest filter: none of so many as it may look at is let through, and it asks each of them everything. */
    struct asked filtered_of = {
        "inbox-list",
        "{\"limit\":50,\"state\":\"open\",\"urgent\":false,\"agreement\":\"ro-al\"}",
        {NULL, 0}};
    struct asked cases_of = {
        "case-list", "{\"limit\":50,\"state\":\"open\",\"unit\":\"unit-7\"}", {NULL, 0}};
    struct asked draft = {"duplicate-check", "{}", {NULL, 0}};
    char reference[24];
    struct person persons[2];
    struct request request = asking(99, reference, persons);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    bool more = true;

    request.authority = span_text("Qendra e Bashkëpunimit (test)");
    if (!request_write(&request, &body))
        return false;
    draft.body = buffer_span(&body);
    if (!page_fill() || !first_look(&first, &inbox_of))
        return false;
    while (more)
        if (!pair_work(desk(), step_run, &more, &err))
            return false;
    for (int i = 0; i < BENCH_ROUNDS; i++)
        if (!calls(&inbox, asked_run, &inbox_of) || !calls(&filtered, asked_run, &filtered_of) ||
            !calls(&cases, asked_run, &cases_of) || !crosschecks(&crosscheck) ||
            !calls(&warning, asked_run, &draft) || !permits(&permit))
            return false;
    bench_figure("inbox_first_ms", &first, "ms");
    bench_promise("inbox_p50_ms", &inbox, "ms", "<=5", "");
    bench_promise("inbox_filtered_p50_ms", &filtered, "ms", "<=5", "");
    bench_figure("case_list_p50_ms", &cases, "ms");
    bench_promise("crosscheck_ms", &crosscheck, "ms", "<=10", "");
    bench_promise("duplicate_warning_ms", &warning, "ms", "<=5", "");
    bench_promise("permit_us", &permit, "us", "<=10", "");
    return true;
}

bool bench_desk(void)
{
    bench_say("desk: %lld messages, %lld cases, %lld people\n", (long long)MESSAGE_COUNT,
              (long long)CASE_COUNT, (long long)OWN_COUNT);
    out = buffer_make(8u << 20);
    person_body = buffer_make(1u << 16);
    bool ok = own_person_write(&sample_persons[0], &person_body) && pair_make(&pair);
    if (ok)
        pair_settle(&pair);
    double began = bench_now();
    ok = ok && rows_put(message_put, MESSAGE_COUNT) && rows_put(case_make, CASE_COUNT) &&
         pair_work(desk(), hits_run, NULL, &err) &&
         desk_own_fill(desk(), OWN_COUNT, &sample_persons[0], &err);
    bench_say("  filled in %.0f s\n", bench_now() - began);
    ok = ok && measure();
    if (!ok)
        bench_say("desk: %s\n", err.text);
    desk_own_close(desk());
    pair_free(&pair);
    buffer_free(&out);
    buffer_free(&person_body);
    return ok;
}
