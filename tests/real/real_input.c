/*
 * Real input: a list of real, messy person records goes from one real node to another, each record one request, with
 * files beside some, through mutual TLS on a line that is cut and between nodes that are killed. At the end the receiver
 * must hold every record once, byte for byte, and both must hold the same receipts.
 *
 *     real_input ports N
 *     real_input BESA RO_HOME AL_HOME RECORDS RO_PORT AL_PORT RO_LINE AL_LINE
 *
 * The nodes listen on *_PORT and tell each other *_LINE, where the test carries the bytes. No record is printed.
 */
#include "real/nodes.h"
#include "real/proxy.h"
#include "real/records.h"

#include "base/attributes.h"
#include "base/json.h"
#include "message/type.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define SENDER_COUNT  6
#define FILE_COUNT    20u
#define FILE_SIZE     (10u * 1000u * 1000u)
#define CUT_MS        3000
#define SETTLE_MS     120000
#define PASS_MAX      5
#define RECEIPT_STEP  20 /* every so many items are asked on both sides for their receipt */
#define RESULT_SIZE   CONTROL_REPLY_SIZE_MAX
#define REFERENCE_MAX 64

struct run {
    struct node_run ro;
    struct node_run al;
    struct proxy *to_ro;
    struct proxy *to_al;
    struct records records;
    atomic_size_t next;
    atomic_size_t sent;
    atomic_size_t unsure;
    atomic_size_t failures;
    atomic_size_t receipts_compared;
};

static int64_t now_ms(void)
{
    return env_real()->monotonic_ms(env_real()->context);
}

static bool fail(struct run *run, const char *what, const char *why)
{
    if (run->failures++ < 10)
        printf("FAILED: %s: %s\n", what, why);
    return false;
}

/* --- sending --- */

static bool upload(struct run *run, size_t index, struct buffer *arguments, struct buffer *result,
                   struct error *err)
{
    struct record *record = &run->records.list[index];
    struct json *json CLEANUP(json_free) = NULL;
    struct arena arena CLEANUP(arena_free) = arena_make(65536);
    struct problems *problems = calloc(1, sizeof *problems);
    struct json_object object;
    int fd = record_file(index, FILE_SIZE, record->sha256);

    if (problems == NULL || fd < 0) {
        free(problems);
        return error_set(err, ERROR_LIMIT, "no memory for a file");
    }
    bool ok = node_ask(&run->ro, "upload", span_text("{\"name\":\"scan.bin\"}"), span_make(NULL, 0),
                       fd, result, err) &&
              json_parse(buffer_span(result), &json, err);
    close(fd);
    if (ok) {
        json_object_begin(&object, json_root(json), &arena, problems);
        struct span id = json_get_text(&object, "upload", 1, REFERENCE_MAX);
        buffer_format(arguments, "{\"attachments\":[\"%.*s\"]}", SPAN_ARG(id));
    }
    free(problems);
    return ok;
}

/* The item's id out of {"item":"<uuid>",...}. */
static bool item_take(struct span result, char item[UUID_TEXT_SIZE])
{
    uint8_t id[UUID_SIZE];
    struct span text = span_part(result, strlen("{\"item\":\""), UUID_TEXT_SIZE - 1);

    if (!span_starts_with(result, "{\"item\":\"") || !uuid_read(text, id))
        return false;
    memcpy(item, text.data, text.size);
    item[text.size] = '\0';
    return true;
}

static bool record_try(struct run *run, size_t index, struct error *err)
{
    struct record *record = &run->records.list[index];
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(4096);
    struct buffer result CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    int64_t wall_ms = env_real()->now_ms(env_real()->context);

    if (!record_request(record, wall_ms, &body))
        return error_set(err, ERROR_BUG, "a record does not fit a request");
    if (record->has_file && !upload(run, index, &arguments, &result, err))
        return false;
    if (!node_ask(&run->ro, "request-send", buffer_span(&arguments), buffer_span(&body), -1,
                  &result, err))
        return false;
    return item_take(buffer_span(&result), record->item) ||
           error_set(err, ERROR_BUG, "the answer names no item");
}

/* Sends one record. When the node goes away in between nobody knows whether it was stored; that is looked up later. */
static void record_send(struct run *run, size_t index)
{
    struct record *record = &run->records.list[index];
    struct error err = {0};

    for (int tries = 0; tries < 1000; tries++) {
        if (record_try(run, index, &err)) {
            record->state = RECORD_SENT;
            run->sent++;
            return;
        }
        if (err.kind == ERROR_LINK) {
            record->state = RECORD_UNSURE;
            run->unsure++;
            if (!node_wait(&run->ro))
                fail(run, "sending", "the node stays away");
            return;
        }
        if (err.kind != ERROR_BUSY)
            break;
        usleep(10000);
    }
    fail(run, "sending", err.text);
}

static void *sender_run(void *context)
{
    struct run *run = context;

    for (size_t i = run->next++; i < run->records.count; i = run->next++)
        if (run->records.list[i].state == RECORD_WAITING)
            record_send(run, i);
    return NULL;
}

static void crowd(struct run *run, void *(*work)(void *), pthread_t threads[SENDER_COUNT])
{
    run->next = 0;
    for (size_t i = 0; i < SENDER_COUNT; i++)
        if (pthread_create(&threads[i], NULL, work, run) != 0)
            exit(1);
}

static void crowd_join(pthread_t threads[SENDER_COUNT])
{
    for (size_t i = 0; i < SENDER_COUNT; i++)
        pthread_join(threads[i], NULL);
}

/* --- which records stand in which books --- */

static int by_id(const void *a, const void *b)
{
    const struct record *x = *(const struct record *const *)a;
    const struct record *y = *(const struct record *const *)b;
    size_t size = x->id.size < y->id.size ? x->id.size : y->id.size;
    int order = memcmp(x->id.data, y->id.data, size);

    return order != 0 ? order : (x->id.size > y->id.size) - (x->id.size < y->id.size);
}

struct listing {
    struct run *run;
    struct record **sorted;
    unsigned char *found; /* times, by the record's place */
    size_t total;
    size_t strangers;
};

static bool listing_make(struct run *run, struct listing *out)
{
    size_t count = run->records.count;

    *out = (struct listing){
        .run = run, .sorted = calloc(count, sizeof(struct record *)), .found = calloc(count, 1)};
    for (size_t i = 0; out->sorted != NULL && i < count; i++)
        out->sorted[i] = &run->records.list[i];
    if (out->sorted == NULL || out->found == NULL)
        return false;
    qsort(out->sorted, count, sizeof(struct record *), by_id);
    return true;
}

static void listing_free(struct listing *listing)
{
    free(listing->sorted);
    free(listing->found);
}

static void listing_add(struct listing *listing, const struct request_row *row)
{
    struct record key = {.id = row->reference};
    struct record *wanted = &key;
    struct record **at = bsearch(&wanted, listing->sorted, listing->run->records.count,
                                 sizeof(struct record *), by_id);

    listing->total++;
    if (at == NULL || row->message_id.size != UUID_SIZE) {
        listing->strangers++;
        return;
    }
    listing->found[*at - listing->run->records.list]++;
    uuid_write(row->message_id.data, (*at)->item);
}

static bool listing_waiting(struct listing *listing, struct books_view *view, struct error *err)
{
    static struct entry_row rows[SEAL_COUNT_MAX * 8];
    struct arena arena CLEANUP(arena_free) = arena_make(64u * 1024 * 1024);
    struct request_row row;
    size_t count = 0;

    if (!entry_list_waiting(view->db, &arena, view->out, rows, ARRAY_COUNT(rows), &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].type != MESSAGE_REQUEST)
            continue;
        if (!request_find(view->db, &arena, rows[i].id, &row, err))
            return false;
        listing_add(listing, &row);
    }
    return true;
}

/* Every request of a log. */
static bool listing_fill(struct listing *listing, struct books_view *view, int64_t log,
                         int64_t size, struct error *err)
{
    enum { PAGE = 256 };
    struct request_row rows[PAGE];

    for (int64_t from = 0; from < size; from += PAGE) {
        struct arena arena CLEANUP(arena_free) = arena_make(4u * 1024 * 1024);
        size_t count = 0;
        if (!request_list_range(view->db, &arena, log, from,
                                from + PAGE < size ? from + PAGE : size, rows, PAGE, &count, err))
            return false;
        for (size_t i = 0; i < count; i++)
            listing_add(listing, &rows[i]);
    }
    return true;
}

/* Records whose sender heard no answer: those in the sender's books are sent, the others go again. */
static bool unsure_settle(struct run *run, size_t *again)
{
    struct listing listing;
    struct books_view view = {.db = NULL};
    struct error err = {0};

    *again = 0;
    bool ok = listing_make(run, &listing) && view_open(&run->ro, &view, &err) &&
              listing_fill(&listing, &view, view.out, view.out_size, &err) &&
              listing_waiting(&listing, &view, &err);
    for (size_t i = 0; ok && i < run->records.count; i++) {
        struct record *record = &run->records.list[i];
        if (record->state != RECORD_UNSURE)
            continue;
        record->state = listing.found[i] > 0 ? RECORD_SENT : RECORD_WAITING;
        run->sent += listing.found[i] > 0;
        *again += listing.found[i] == 0;
    }
    view_close(&view);
    listing_free(&listing);
    return ok || fail(run, "reading the sender's books", err.text);
}

/* --- faults --- */

static void wait_for_sent(struct run *run, size_t count)
{
    while (run->sent + run->unsure < count && run->failures == 0)
        usleep(2000);
}

static bool kill_and_start(struct run *run, struct node_run *node)
{
    size_t processes = node_kill(node);

    usleep(500000);
    bool ok = node_start(node);
    printf("%s: %zu processes killed after %zu requests, %s\n", node->name, processes,
           (size_t)run->sent, ok ? "serves again" : "does not serve again");
    return ok || fail(run, node->name, "does not start after a kill");
}

static bool faults_run(struct run *run)
{
    size_t count = run->records.count;

    wait_for_sent(run, count * 3 / 10);
    if (!kill_and_start(run, &run->ro))
        return false;
    wait_for_sent(run, count / 2);
    proxy_cut(run->to_ro, true);
    proxy_cut(run->to_al, true);
    printf("line: cut for %d ms after %zu requests\n", CUT_MS, (size_t)run->sent);
    usleep(CUT_MS * 1000);
    proxy_cut(run->to_ro, false);
    proxy_cut(run->to_al, false);
    usleep(500000);
    return kill_and_start(run, &run->al);
}

static bool send_all(struct run *run)
{
    pthread_t threads[SENDER_COUNT];
    int64_t began_ms = now_ms();
    size_t again = 1;

    crowd(run, sender_run, threads);
    bool ok = faults_run(run);
    crowd_join(threads);
    for (int pass = 0; ok && again > 0 && pass < PASS_MAX; pass++) {
        ok = unsure_settle(run, &again);
        if (ok && again > 0) {
            crowd(run, sender_run, threads);
            crowd_join(threads);
        }
    }
    printf("sent: %zu requests in %.1f s, %zu without an answer, looked up\n", (size_t)run->sent,
           (double)(now_ms() - began_ms) / 1000, (size_t)run->unsure);
    return ok && run->failures == 0;
}

/* --- settling --- */

static bool is_settled(struct run *run, char *why, size_t why_size)
{
    struct books_view ro = {.db = NULL};
    struct books_view al = {.db = NULL};
    struct error err = {0};

    bool ok = view_open(&run->ro, &ro, &err) && view_open(&run->al, &al, &err);
    if (!ok)
        snprintf(why, why_size, "%s", err.text);
    else
        snprintf(why, why_size,
                 "ro has %" PRId64 " and %zu waiting, receipts for %" PRId64 "; al has %" PRId64
                 ", handled %" PRId64 ", wants %zu files; back: %" PRId64 " of %" PRId64
                 ", handled %" PRId64 ", receipts for %" PRId64,
                 ro.out_size, ro.waiting, ro.receipted, al.in_size, al.in_handled, al.wanted,
                 ro.in_size, al.out_size, ro.in_handled, al.receipted);
    ok = ok && ro.waiting == 0 && al.waiting == 0 && al.wanted == 0 &&
         ro.receipted == ro.out_size && al.in_size == ro.out_size && al.in_handled == al.in_size &&
         al.receipted == al.out_size && ro.in_size == al.out_size && ro.in_handled == ro.in_size;
    view_close(&ro);
    view_close(&al);
    return ok;
}

/* All is there when it was so twice: an outcome may just be on its way. */
static bool settle(struct run *run)
{
    char why[ERROR_TEXT_SIZE] = "";
    int64_t began_ms = now_ms();
    int times = 0;

    while (times < 2 && now_ms() - began_ms < SETTLE_MS) {
        times = is_settled(run, why, sizeof why) ? times + 1 : 0;
        usleep(200000);
    }
    printf("settled: %.1f s later; %s\n", (double)(now_ms() - began_ms) / 1000, why);
    return times == 2 || fail(run, "waiting for delivery", why);
}

/* --- what the receiver holds --- */

static struct span body_of(struct span shown)
{
    static const char key[] = "\"body\":";
    const uint8_t *at =
        shown.size == 0 ? NULL : memmem(shown.data, shown.size, key, sizeof key - 1);

    if (at == NULL)
        return span_make(NULL, 0);
    size_t from = (size_t)(at - shown.data) + sizeof key - 1;
    return span_part(shown, from, shown.size - from - 1); /* without the item's own bracket */
}

/* {"index":..,"size":..,"time":"..." of the receipt. */
static struct span receipt_of(struct span shown)
{
    static const char key[] = "\"receipt\":{";
    const uint8_t *at =
        shown.size == 0 ? NULL : memmem(shown.data, shown.size, key, sizeof key - 1);
    if (at == NULL)
        return span_make(NULL, 0);
    size_t from = (size_t)(at - shown.data);
    const uint8_t *end = memmem(at, shown.size - from, "\",\"by\"", 6);
    return end == NULL ? span_make(NULL, 0) : span_make(at, (size_t)(end - at));
}

static bool show(struct run *run, const struct node_run *node, size_t index, struct buffer *result)
{
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(256);
    struct error err = {0};

    buffer_format(&arguments, "{\"item\":\"%s\"}", run->records.list[index].item);
    for (int tries = 0; tries < 1000; tries++) {
        if (node_ask(node, "item-show", buffer_span(&arguments), span_make(NULL, 0), -1, result,
                     &err))
            return true;
        if (err.kind != ERROR_BUSY)
            break;
        usleep(10000);
    }
    return fail(run, "item-show", err.text);
}

static void record_check(struct run *run, size_t index)
{
    struct buffer there CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    struct buffer here CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    char why[64];

    if (!show(run, &run->al, index, &there))
        return;
    if (!record_matches(&run->records.list[index], body_of(buffer_span(&there)), why, sizeof why))
        fail(run, "a record at al", why);
    if (index % RECEIPT_STEP != 0 || !show(run, &run->ro, index, &here))
        return;
    struct span receipt = receipt_of(buffer_span(&here));
    if (receipt.size == 0 || !span_equal(receipt, receipt_of(buffer_span(&there))))
        fail(run, "a receipt", "not the same on both nodes");
    run->receipts_compared++;
}

static void *checker_run(void *context)
{
    struct run *run = context;

    for (size_t i = run->next++; i < run->records.count && run->failures < 10; i = run->next++)
        record_check(run, i);
    return NULL;
}

static void bodies_check(struct run *run)
{
    pthread_t threads[SENDER_COUNT];
    int64_t began_ms = now_ms();

    crowd(run, checker_run, threads);
    crowd_join(threads);
    printf("read: %zu bodies at al, %zu receipts shown on both nodes, in %.1f s\n",
           run->records.count, (size_t)run->receipts_compared,
           (double)(now_ms() - began_ms) / 1000);
}

static void counts_check(struct run *run)
{
    struct listing listing;
    struct books_view view = {.db = NULL};
    struct error err = {0};
    size_t once = 0;

    if (!listing_make(run, &listing) || !view_open(&run->al, &view, &err) ||
        !listing_fill(&listing, &view, view.in, view.in_size, &err)) {
        fail(run, "reading the receiver's books", err.text);
    } else {
        for (size_t i = 0; i < run->records.count; i++)
            once += listing.found[i] == 1;
        printf("held: %zu requests at al, %zu of %zu records exactly once, %zu strangers\n",
               listing.total, once, run->records.count, listing.strangers);
        if (listing.total != run->records.count || once != run->records.count)
            fail(run, "counting", "the receiver does not hold each record once");
    }
    view_close(&view);
    listing_free(&listing);
}

/* Every outcome that came back is `accepted`. */
static void outcomes_check(struct run *run)
{
    struct books_view view = {.db = NULL};
    struct error err = {0};
    size_t accepted = 0;
    bool ok = view_open(&run->ro, &view, &err);

    for (size_t i = 0; ok && i < run->records.count; i++) {
        struct arena arena CLEANUP(arena_free) = arena_make(1024 * 1024);
        uint8_t id[UUID_SIZE];
        struct entry_row entry;
        struct result_row result;
        ok =
            uuid_read(span_text(run->records.list[i].item), id) &&
            entry_find_message(view.db, &arena, view.out, span_make(id, sizeof id), &entry, &err) &&
            result_find(view.db, &arena, entry.id, &result, &err);
        accepted += ok && result.outcome == OUTCOME_ACCEPTED;
    }
    view_close(&view);
    printf("outcomes: %zu of %zu accepted\n", accepted, run->records.count);
    if (!ok || accepted != run->records.count)
        fail(run, "outcomes", ok ? "not all were accepted" : err.text);
}

/* --- receipts --- */

static void receipts_check(struct run *run)
{
    struct books_view ro = {.db = NULL};
    struct books_view al = {.db = NULL};
    struct error err = {0};
    size_t out = 0;
    size_t back = 0;

    if (!view_open(&run->ro, &ro, &err) || !view_open(&run->al, &al, &err) ||
        !view_compare_receipts(&ro, &al, &out, &err) ||
        !view_compare_receipts(&al, &ro, &back, &err))
        fail(run, "receipts", err.text);
    printf("receipts: %zu and %zu, with size, root, time and signature the same on both nodes\n",
           out, back);
    view_close(&ro);
    view_close(&al);
}

/* --- files --- */

static bool file_check(struct run *run, size_t index)
{
    struct record *record = &run->records.list[index];
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(256);
    struct buffer result CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    struct error err = {0};
    uint8_t sha256[DIGEST_SIZE];
    size_t size = 0;
    int fd = memfd_create("held", MFD_CLOEXEC);

    buffer_format(&arguments, "{\"item\":\"%s\",\"part\":1}", record->item);
    bool ok = fd >= 0 && node_ask(&run->al, "attachment-get", buffer_span(&arguments),
                                  span_make(NULL, 0), fd, &result, &err);
    ok = ok ? (file_digest(fd, &size, sha256) && size == FILE_SIZE &&
               digest_is_equal(sha256, record->sha256)) ||
                  fail(run, "a file at al", "not the bytes that were sent")
            : fail(run, "attachment-get", err.text);
    if (fd >= 0)
        close(fd);
    return ok;
}

static void files_check(struct run *run)
{
    int64_t began_ms = now_ms();
    size_t held = 0;
    size_t files = 0;

    for (size_t i = 0; i < run->records.count; i++) {
        if (!run->records.list[i].has_file)
            continue;
        files++;
        held += file_check(run, i);
    }
    printf("files: %zu of %zu equal at al by SHA-256, %.0f MB in %.1f s\n", held, files,
           (double)held * FILE_SIZE / 1e6, (double)(now_ms() - began_ms) / 1000);
    if (files != FILE_COUNT)
        fail(run, "files", "too few were sent");
}

/* --- all of it --- */

static bool case_make(struct run *run, const struct node_run *node)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    struct error err = {0};

    return node_ask(node, "case-put", span_text("{\"number\":\"c-1\",\"title\":\"Exercise\"}"),
                    span_make(NULL, 0), -1, &result, &err) ||
           fail(run, "opening the case", err.text);
}

static void files_spread(struct run *run)
{
    size_t step = run->records.count / FILE_COUNT;

    for (size_t i = 0; step > 0 && i < FILE_COUNT; i++)
        run->records.list[i * step].has_file = true;
}

static void exchange_run(struct run *run)
{
    if (!node_start(&run->al) || !node_start(&run->ro)) {
        fail(run, "starting", "a node does not serve");
        return;
    }
    if (!case_make(run, &run->ro) || !case_make(run, &run->al) || !send_all(run) || !settle(run))
        return;
    counts_check(run);
    outcomes_check(run);
    files_check(run);
    bodies_check(run);
    if (settle(run))
        receipts_check(run);
}

static bool port_read(const char *text, uint16_t *out)
{
    uint64_t number = 0;
    bool ok = number_read(span_text(text), &number) && number > 0 && number <= UINT16_MAX;
    *out = ok ? (uint16_t)number : 0;
    return ok;
}

static int ports_print(const char *text)
{
    uint64_t count = 0;

    if (!number_read(span_text(text), &count) || count > 16)
        return 64;
    for (uint64_t i = 0; i < count; i++)
        printf("%u%s", (unsigned)proxy_free_port(), i + 1 < count ? " " : "\n");
    return 0;
}

static bool run_make(struct run *run, char **argv)
{
    uint16_t ports[4];

    for (size_t i = 0; i < 4; i++)
        if (!port_read(argv[5 + i], &ports[i]))
            return false;
    run->ro = (struct node_run){.besa = argv[1], .name = "ro", .officer = "ana"};
    run->al = (struct node_run){.besa = argv[1], .name = "al", .officer = "blerim"};
    snprintf(run->ro.home.path, sizeof run->ro.home.path, "%s", argv[2]);
    snprintf(run->al.home.path, sizeof run->al.home.path, "%s", argv[3]);
    run->to_ro = proxy_make(ports[2], ports[0]);
    run->to_al = proxy_make(ports[3], ports[1]);
    return run->to_ro != NULL && run->to_al != NULL && records_load(&run->records, argv[4]);
}

int main(int argc, char **argv)
{
    static struct run run;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 3 && strcmp(argv[1], "ports") == 0)
        return ports_print(argv[2]);
    if (argc != 9 || !run_make(&run, argv)) {
        fprintf(stderr, "usage: real_input ports N | real_input BESA RO_HOME AL_HOME RECORDS "
                        "RO_PORT AL_PORT RO_LINE AL_LINE\n");
        return 64;
    }
    printf("records: %zu; %zu names beyond ASCII, %zu without date of birth, %zu dates and %zu "
           "countries carried as text\n",
           run.records.count, run.records.not_ascii, run.records.no_dates, run.records.odd_dates,
           run.records.odd_countries);
    files_spread(&run);
    exchange_run(&run);
    if (!node_stop(&run.ro) || !node_stop(&run.al))
        fail(&run, "stopping", "a node did not end as it should");
    printf("line: %" PRIu64 " MB in %" PRIu64 " connections\n",
           (proxy_bytes(run.to_ro) + proxy_bytes(run.to_al)) / 1000000,
           proxy_connections(run.to_ro) + proxy_connections(run.to_al));
    proxy_free(&run.to_ro);
    proxy_free(&run.to_al);
    records_free(&run.records);
    return run.failures == 0 ? 0 : 1;
}
