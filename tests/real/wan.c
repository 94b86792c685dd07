/*
 * WAN: two real nodes on a line of 300 ms and 256 kbit/s whose connections are dropped every few seconds, that is cut, goes
 * deaf one way and, in the long form, half-open. At the end each request is there exactly once, the attachment byte for
 * byte, and both nodes hold the same receipts. In mode `pull` al cannot be called.
 *
 *     wan ports N
 *     wan BESA RO_HOME AL_HOME RO_PORT AL_PORT RO_LINE AL_LINE call|pull short|long
 */
#include "real/nodes.h"
#include "real/proxy.h"
#include "real/records.h"

#include "base/attributes.h"
#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define COUNT_MAX   200u
#define RESULT_SIZE CONTROL_REPLY_SIZE_MAX
#define NAME_FORMAT "WAN-%06u"

struct form {
    unsigned count; /* requests of ro; outcomes and parts held come back */
    size_t file_size;
    int64_t drop_ms;
    int64_t settle_ms;
    bool is_long;
};

struct run {
    struct node_run ro;
    struct node_run al;
    struct proxy *to_ro;
    struct proxy *to_al;
    bool is_pull;
    struct form form;
    char file_item[UUID_TEXT_SIZE];
    uint8_t sha256[DIGEST_SIZE];
    unsigned failures;
};

static int64_t now_ms(void)
{
    return env_real()->monotonic_ms(env_real()->context);
}

static bool fail(struct run *run, const char *what, const char *why)
{
    printf("FAILED: %s: %s\n", what, why);
    run->failures++;
    return false;
}

/* --- sending --- */

static bool send_one(struct run *run, const struct node_run *node, unsigned number,
                     struct span arguments, struct buffer *result)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    char name[24];
    struct record record = {.source = span_text("exercise"), .name = span_text("Testescu")};
    struct error err = {0};

    snprintf(name, sizeof name, NAME_FORMAT, number);
    record.id = span_text(name);
    return (record_request(&record, env_real()->now_ms(env_real()->context), &body) &&
            node_ask(node, "request-send", arguments, buffer_span(&body), -1, result, &err)) ||
           fail(run, "request-send", err.text);
}

static bool file_send(struct run *run)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(4096);
    struct error err = {0};
    int fd = record_file(7, run->form.file_size, run->sha256);
    char upload[80] = "";
    uint8_t id[UUID_SIZE];

    bool ok = fd >= 0 && node_ask(&run->ro, "upload", span_text("{\"name\":\"scan.bin\"}"),
                                  span_make(NULL, 0), fd, &result, &err);
    if (fd >= 0)
        close(fd);
    if (!ok || !buffer_byte(&result, 0) ||
        sscanf((const char *)result.data, "{\"upload\":\"%70[0-9a-f]\"", upload) != 1)
        return fail(run, "upload", ok ? "the answer names none" : err.text);
    buffer_format(&arguments, "{\"attachments\":[\"%s\"]}", upload);
    if (!send_one(run, &run->ro, 0, buffer_span(&arguments), &result))
        return false;
    struct span item = span_part(buffer_span(&result), strlen("{\"item\":\""), UUID_TEXT_SIZE - 1);
    if (!uuid_read(item, id))
        return fail(run, "request-send", "the answer names no item");
    memcpy(run->file_item, item.data, item.size);
    return true;
}

static bool send_some(struct run *run, unsigned from, unsigned to)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    bool ok = true;

    for (unsigned i = from; ok && i < to; i++)
        ok = send_one(run, &run->ro, i, span_text("{}"), &result);
    return ok;
}

/* --- the line's bad days --- */

static void cut(struct run *run, bool is_cut)
{
    proxy_cut(run->to_ro, is_cut);
    proxy_cut(run->to_al, is_cut);
}

static bool send_all(struct run *run)
{
    const struct form *form = &run->form;

    if (!file_send(run) || !send_some(run, 1, form->count / 2))
        return false;
    usleep(1500000);
    cut(run, true);
    bool ok = send_some(run, form->count / 2, form->count * 3 / 4);
    usleep(1500000);
    cut(run, false);
    usleep(500000);
    /* In mode pull this is al's own line, which then hears nothing. */
    proxy_deafen(run->is_pull ? run->to_ro : run->to_al, true);
    ok = ok && send_some(run, form->count * 3 / 4, form->count);
    usleep(2000000);
    proxy_deafen(run->to_ro, false);
    proxy_deafen(run->to_al, false);
    if (form->is_long) {
        proxy_strand(run->to_ro);
        proxy_strand(run->to_al);
    }
    return ok;
}

/* --- the end --- */

static bool is_settled(struct run *run, char *why, size_t why_size)
{
    struct books_view ro = {.db = NULL};
    struct books_view al = {.db = NULL};
    struct error err = {0};

    bool ok = view_open(&run->ro, &ro, &err) && view_open(&run->al, &al, &err);
    if (ok)
        snprintf(why, why_size,
                 "ro %" PRId64 "+%zu, receipts %" PRId64 ", there %" PRId64
                 ", files wanted %zu; al "
                 "%" PRId64 "+%zu, receipts %" PRId64 ", there %" PRId64,
                 ro.out_size, ro.waiting, ro.receipted, al.in_size, al.wanted, al.out_size,
                 al.waiting, al.receipted, ro.in_size);
    else
        snprintf(why, why_size, "%s", err.text);
    ok = ok && ro.waiting == 0 && al.waiting == 0 && al.wanted == 0 &&
         ro.receipted == ro.out_size && al.in_size == ro.out_size && al.in_handled == al.in_size &&
         al.receipted == al.out_size && ro.in_size == al.out_size && ro.in_handled == ro.in_size;
    view_close(&ro);
    view_close(&al);
    return ok;
}

static bool settle(struct run *run)
{
    char why[ERROR_TEXT_SIZE] = "";
    int64_t began_ms = now_ms();
    int times = 0;

    while (times < 2 && now_ms() - began_ms < run->form.settle_ms) {
        times = is_settled(run, why, sizeof why) ? times + 1 : 0;
        usleep(200000);
    }
    return times == 2 || fail(run, "waiting for delivery", why);
}

/* Each request stands once in the books of `reader`. */
static bool once_check(struct run *run, const struct node_run *reader)
{
    static struct request_row rows[64];
    unsigned found[COUNT_MAX] = {0};
    struct books_view view = {.db = NULL};
    struct error err = {0};
    unsigned good = 0;
    unsigned total = 0;

    bool ok = view_open(reader, &view, &err);
    for (int64_t from = 0; ok && from < view.in_size; from += 64) {
        struct arena arena CLEANUP(arena_free) = arena_make(4u * 1024 * 1024);
        size_t count = 0;
        ok = request_list_range(view.db, &arena, view.in, from, from + 64, rows, 64, &count, &err);
        for (size_t i = 0; ok && i < count; i++) {
            unsigned number = COUNT_MAX;
            char name[24];
            snprintf(name, sizeof name, "%.*s", SPAN_ARG(rows[i].reference));
            if (sscanf(name, NAME_FORMAT, &number) == 1 && number < COUNT_MAX)
                found[number]++;
            total++;
        }
    }
    for (unsigned i = 0; i < run->form.count; i++)
        good += found[i] == 1;
    view_close(&view);
    printf("%s: %u requests held, %u of %u exactly once\n", reader->name, total, good,
           run->form.count);
    return (ok && good == run->form.count && total == run->form.count) ||
           fail(run, reader->name, ok ? "not each request once" : err.text);
}

static bool file_check(struct run *run)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(256);
    struct error err = {0};
    uint8_t sha256[DIGEST_SIZE];
    size_t size = 0;
    FILE *file = tmpfile();

    buffer_format(&arguments, "{\"item\":\"%s\",\"part\":1}", run->file_item);
    bool ok = file != NULL && node_ask(&run->al, "attachment-get", buffer_span(&arguments),
                                       span_make(NULL, 0), fileno(file), &result, &err);
    bool is_same = ok && file_digest(fileno(file), &size, sha256) && size == run->form.file_size &&
                   digest_is_equal(sha256, run->sha256);
    if (file != NULL)
        fclose(file);
    printf("al: attachment of %zu bytes %s\n", size, is_same ? "equal" : "NOT equal");
    return is_same || fail(run, "attachment-get", ok ? "other bytes" : err.text);
}

static bool receipts_check(struct run *run)
{
    struct books_view ro = {.db = NULL};
    struct books_view al = {.db = NULL};
    struct error err = {0};
    size_t out = 0;
    size_t back = 0;

    bool ok = view_open(&run->ro, &ro, &err) && view_open(&run->al, &al, &err) &&
              view_compare_receipts(&ro, &al, &out, &err) &&
              view_compare_receipts(&al, &ro, &back, &err);
    view_close(&ro);
    view_close(&al);
    printf("receipts: %zu and %zu, the same on both nodes\n", out, back);
    return ok || fail(run, "receipts", err.text);
}

static bool case_make(struct run *run, const struct node_run *node)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(RESULT_SIZE);
    struct error err = {0};

    return node_ask(node, "case-put", span_text("{\"number\":\"c-1\",\"title\":\"Exercise\"}"),
                    span_make(NULL, 0), -1, &result, &err) ||
           fail(run, "opening the case", err.text);
}

/* --- the line was what this says --- */

#define DELAY_MS    150
#define BYTES_PER_S (256000 / 8)
/* A machine with other work lets the line wait, and then carries at once what it should have carried before: up to this
 * much later. */
#define LATE_MS          1000
#define WINDOW_BYTES_MAX ((uint64_t)(BYTES_PER_S * (PROXY_WINDOW_MS + LATE_MS) / 1000))

static bool line_check(struct run *run, const struct proxy *proxy, const char *name)
{
    struct proxy_seen seen = proxy_seen(proxy);

    printf("the line to %s: %" PRIu64 " connections dropped; round trip at least %" PRId64
           " ms; at most %" PRIu64 " bytes/s one way within %d s\n",
           name, seen.drops, seen.round_trip_min_us / 1000,
           seen.window_bytes_max * 1000 / (uint64_t)PROXY_WINDOW_MS, (int)(PROXY_WINDOW_MS / 1000));
    if (seen.answers == 0 || seen.round_trip_min_us < 2 * DELAY_MS * 1000)
        return fail(run, name, "its line is quicker than it should be");
    return (seen.window_bytes_max > 0 && seen.window_bytes_max <= WINDOW_BYTES_MAX) ||
           fail(run, name, "its line carries more than it should");
}

static bool lines_check(struct run *run)
{
    bool ok = line_check(run, run->to_ro, "ro");

    ok = (run->is_pull || line_check(run, run->to_al, "al")) && ok;
    if (proxy_seen(run->to_ro).drops + proxy_seen(run->to_al).drops == 0)
        ok = fail(run, "line", "it dropped nothing");
    return ok;
}

static bool exchange_run(struct run *run)
{
    struct proxy_shape thin = {
        .delay_ms = DELAY_MS, .bytes_per_s = BYTES_PER_S, .drop_ms = run->form.drop_ms};

    proxy_shape(run->to_ro, &thin);
    proxy_shape(run->to_al, &thin);
    if (!node_start(&run->al) || !node_start(&run->ro))
        return fail(run, "starting", "a node does not serve");
    if (!case_make(run, &run->ro) || !case_make(run, &run->al))
        return false;
    int64_t began_ms = now_ms();
    bool ok = send_all(run) && settle(run);
    int64_t took_ms = now_ms() - began_ms;
    uint64_t carried = proxy_bytes(run->to_ro) + proxy_bytes(run->to_al);
    printf("mode %s: %u requests with outcomes and %zu bytes of attachment in %.1f s; %" PRIu64
           " bytes carried (%.1f KB/s) in %" PRIu64 " connections\n",
           run->is_pull ? "pull" : "call", run->form.count, run->form.file_size,
           (double)took_ms / 1000, carried, (double)carried / (double)took_ms,
           proxy_connections(run->to_ro) + proxy_connections(run->to_al));
    if (run->is_pull && proxy_connections(run->to_al) > 0)
        ok = fail(run, "pull", "al was called") && ok;
    ok = lines_check(run) && ok;
    return ok && once_check(run, &run->al) && file_check(run) && settle(run) && receipts_check(run);
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
    static const struct form forms[2] = {
        {.count = 40, .file_size = 100000, .drop_ms = 4000, .settle_ms = 120000},
        {.count = COUNT_MAX,
         .file_size = 1000000,
         .drop_ms = 5000,
         .settle_ms = 400000,
         .is_long = true}};
    uint64_t ports[4];

    for (size_t i = 0; i < 4; i++)
        if (!number_read(span_text(argv[4 + i]), &ports[i]) || ports[i] > UINT16_MAX)
            return false;
    run->is_pull = strcmp(argv[8], "pull") == 0;
    run->form = forms[strcmp(argv[9], "long") == 0];
    run->ro = (struct node_run){.besa = argv[1], .name = "ro", .officer = "ana"};
    run->al = (struct node_run){.besa = argv[1], .name = "al", .officer = "blerim"};
    snprintf(run->ro.home.path, sizeof run->ro.home.path, "%s", argv[2]);
    snprintf(run->al.home.path, sizeof run->al.home.path, "%s", argv[3]);
    run->to_ro = proxy_make((uint16_t)ports[2], (uint16_t)ports[0]);
    run->to_al = proxy_make((uint16_t)ports[3], (uint16_t)ports[1]);
    return run->to_ro != NULL && run->to_al != NULL;
}

int main(int argc, char **argv)
{
    static struct run run;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 3 && strcmp(argv[1], "ports") == 0)
        return ports_print(argv[2]);
    if (argc != 10 || !run_make(&run, argv)) {
        fprintf(stderr, "usage: wan ports N | wan BESA RO_HOME AL_HOME RO_PORT AL_PORT RO_LINE "
                        "AL_LINE call|pull short|long\n");
        return 64;
    }
    exchange_run(&run);
    if (!node_stop(&run.ro) || !node_stop(&run.al))
        fail(&run, "stopping", "a node did not end as it should");
    proxy_free(&run.to_ro);
    proxy_free(&run.to_al);
    return run.failures == 0 ? 0 : 1;
}
