/*
 * Attachments over the API, through a real listener: in and out whole and in ranges, once per key, only for their officer;
 * refused before a byte is taken; and nothing is left when the line drops, the session ends or the disk is full.
 * By hand, `web_upload_test --megabytes 500` takes as many in and out and prints how memory grew.
 * covers: upload part
 */
#include "check.h"
#include "message/support/samples.h"
#include "store/part_rows.h"
#include "web/support/live.h"

#include <unistd.h>

#define FILE_SIZE 3500000 /* three segments and a half */
#define TYPE      "application/octet-stream"

static struct live live;
static struct live_session duty, investigator, analyst, dpo;
static struct error err;
static uint8_t *file;
static char item[UUID_TEXT_SIZE]; /* a request of ours with one attachment, part 1 */

static struct live_call upload_call(const struct live_session *session, struct span body)
{
    return (struct live_call){.method = "POST",
                              .path = "/api/v1/uploads?name=camera.bin",
                              .session = session,
                              .key = live_key(),
                              .content_type = TYPE,
                              .body = body};
}

/* Status alone of a call that is answered. */
static unsigned status_of(const struct live_call *call)
{
    struct live_answer answer;
    bool ok = live_ask(&live, call, &answer);
    unsigned status = ok ? answer.status : 0;

    if (!ok || status >= 400)
        printf("  %s %s: %u %.*s\n", call->method, call->path, status,
               (int)(answer.body.size > 300 ? 300 : answer.body.size),
               answer.body.data == NULL ? "" : (const char *)answer.body.data);
    live_answer_free(&answer);
    return status;
}

static unsigned files_wait(unsigned wanted)
{
    for (int i = 0; i < 300 && live_files(&live) != wanted; i++)
        wait_ms(10);
    return live_files(&live);
}

static int64_t uploads_of(const char *officer)
{
    int64_t count = 0, size = 0;

    live_hold(&live);
    bool ok = upload_total(live.pair.nodes[0].db, span_text(officer), &count, &size, &err);
    live_release(&live);
    return ok ? count : -1;
}

static bool field_take(const struct live_answer *answer, const char *name, char *out, size_t size)
{
    char key[64];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *at = answer->body.size == 0
                         ? NULL
                         : memmem(answer->body.data, answer->body.size, key, strlen(key));
    if (at == NULL)
        return false;
    at += strlen(key);
    snprintf(out, size, "%.*s", (int)strcspn(at, "\""), at);
    return true;
}

/* Sends a request with these uploads; the status, and the item's id. */
static unsigned request_send(const struct live_session *session, unsigned number,
                             const char *uploads, char out[UUID_TEXT_SIZE])
{
    char reference[24];
    char path[256];
    struct request request = sample_request_numbered(number, reference);
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct live_answer answer;

    request.authority = span_text("Centrul de Cooperare (test)");
    if (!request_write(&request, &body))
        return 0;
    snprintf(path, sizeof path, "/api/v1/requests?attachments=%s", uploads);
    struct live_call call = {.method = "POST",
                             .path = path,
                             .session = session,
                             .key = live_key(),
                             .content_type = "application/json",
                             .body = buffer_span(&body)};
    if (!live_ask(&live, &call, &answer))
        return 0;
    unsigned status = answer.status;
    if (status == 201)
        field_take(&answer, "item", out, UUID_TEXT_SIZE);
    else
        live_answer_has(&answer, "\"item\"");
    live_answer_free(&answer);
    return status;
}

static struct live_call part_call(const struct live_session *session, const char *fields)
{
    static char path[128];
    snprintf(path, sizeof path, "/api/v1/items/%s/parts/1", item);
    return (struct live_call){.method = "GET", .path = path, .session = session, .fields = fields};
}

CHECK_TEST(a_file_comes_in_goes_with_its_request_and_out_again)
{
    struct live_answer answer;
    char upload[64] = "", sha256[80] = "";
    struct live_call call = upload_call(&duty, span_make(file, FILE_SIZE));

    CHECK_OR_RETURN(live_ask(&live, &call, &answer));
    CHECK_INT(answer.status, 201);
    CHECK(live_answer_has(&answer, "\"size\":3500000"));
    CHECK(field_take(&answer, "upload", upload, sizeof upload) &&
          field_take(&answer, "sha256", sha256, sizeof sha256));
    CHECK_INT(strlen(sha256), 64);
    live_answer_free(&answer);
    CHECK_INT(uploads_of("duty-officer"), 1);
    CHECK_INT(live_files(&live), 1);
    /* Nobody else can send it, not even a colleague of the same role's rights. */
    CHECK_INT(request_send(&investigator, 31, upload, item), 403);
    CHECK_INT(request_send(&duty, 31, upload, item), 201);
    CHECK_INT(uploads_of("duty-officer"), 0);
    CHECK_INT(live_files(&live), 1);

    call = part_call(&duty, NULL);
    CHECK_OR_RETURN(live_ask(&live, &call, &answer));
    CHECK_INT(answer.status, 200);
    CHECK(answer.body.size == FILE_SIZE && memcmp(answer.body.data, file, FILE_SIZE) == 0);
    CHECK(strstr(answer.head, "Content-Type: application/octet-stream") != NULL);
    CHECK(strstr(answer.head, "Content-Disposition: attachment; filename*=UTF-8''camera.bin\r\n") !=
          NULL);
    CHECK(strstr(answer.head, "X-Content-Type-Options: nosniff") != NULL);
    CHECK(strstr(answer.head, sha256) != NULL); /* its ETag */
    live_answer_free(&answer);
}

CHECK_TEST(one_range_of_a_part_is_given_and_several_are_not)
{
    struct live_answer answer;
    struct live_call call = part_call(&duty, "Range: bytes=1048570-2097160\r\n");

    CHECK_OR_RETURN(live_ask(&live, &call, &answer));
    CHECK_INT(answer.status, 206);
    CHECK_INT(answer.body.size, 2097160 - 1048570 + 1);
    CHECK(answer.body.size > 0 && memcmp(answer.body.data, file + 1048570, answer.body.size) == 0);
    CHECK(strstr(answer.head, "Content-Range: bytes 1048570-2097160/3500000") != NULL);
    live_answer_free(&answer);
    call = part_call(&duty, "Range: bytes=3500000-\r\n");
    CHECK_INT(status_of(&call), 416);
    call = part_call(&duty, "Range: bytes=0-1,5-6\r\n");
    CHECK_INT(status_of(&call), 416);
}

CHECK_TEST(a_part_leaves_its_entry_before_its_first_byte)
{
    struct journal *journal = &live.pair.nodes[0].journal;
    struct live_call call = part_call(&investigator, NULL);
    struct bare bare;
    struct buffer got CLEANUP(buffer_free) = buffer_make(1 << 20);

    live_hold(&live);
    uint64_t before = journal->domestic.size;
    CHECK(live_send(&live, &call, &bare));
    bare_receive(&bare, &got, NULL, 300);
    CHECK_INT(got.size, 0); /* no commit, no byte */
    live_release(&live);
    bare_receive(&bare, &got, "\r\n\r\n", 5000);
    live_hold(&live);
    CHECK_INT(journal->domestic.size, before + 1);
    live_release(&live);
    bare_close(&bare);
    /* A browser that asks for range after range is one look. */
    call = part_call(&investigator, "Range: bytes=0-9\r\n");
    CHECK_INT(status_of(&call), 206);
    CHECK_INT(journal->domestic.size, before + 1);
    call = part_call(&analyst, NULL);
    CHECK_INT(status_of(&call), 200);
    CHECK_INT(journal->domestic.size, before + 2);
    call = part_call(&analyst, NULL);
    call.without_reason = true;
    CHECK_INT(status_of(&call), 400);
}

CHECK_TEST(the_same_file_under_the_same_key_is_taken_once)
{
    struct live_answer first, second;
    struct live_call call = upload_call(&duty, span_make(file, 1500000));
    unsigned files = live_files(&live);

    CHECK_OR_RETURN(live_ask(&live, &call, &first) && live_ask(&live, &call, &second));
    CHECK_INT(first.status, 201);
    CHECK_INT(second.status, 201);
    CHECK(span_equal(buffer_span(&first.body), buffer_span(&second.body)));
    CHECK_INT(uploads_of("duty-officer"), 1);
    CHECK_INT(files_wait(files + 1), files + 1);
    call.body = span_make(file + 1, 1500000);
    CHECK_INT(status_of(&call), 409);
    CHECK_INT(uploads_of("duty-officer"), 1);
    CHECK_INT(files_wait(files + 1), files + 1);
    live_answer_free(&first);
    live_answer_free(&second);
}

CHECK_TEST(what_may_not_come_in_is_refused_before_it_comes)
{
    struct live_answer answer;
    struct live_call call = upload_call(NULL, span_make(file, 1000));
    unsigned files = live_files(&live);

    CHECK_INT(status_of(&call), 401);
    call = upload_call(&analyst, span_make(file, 1000));
    CHECK_INT(status_of(&call), 403);
    call = upload_call(&duty, span_make(file, 1000));
    call.without_csrf = true;
    CHECK_INT(status_of(&call), 403);
    call = upload_call(&duty, span_make(file, 1000));
    call.fields = "Origin: https://elsewhere.example\r\n";
    CHECK_INT(status_of(&call), 403);
    call = upload_call(&duty, span_make(file, 1000));
    call.without_reason = true;
    CHECK_INT(status_of(&call), 400);
    call = upload_call(&duty, span_make(file, 1000));
    call.key = NULL;
    CHECK_INT(status_of(&call), 400);
    call = upload_call(&duty, span_make(file, 1000));
    call.content_type = "text/html";
    CHECK_INT(status_of(&call), 415);
    call = upload_call(&duty, span_make(file, 0));
    CHECK_INT(status_of(&call), 400);
    call = upload_call(&duty, span_make(file, 1000));
    call.path = "/api/v1/uploads?name=a&agreement=ro-xx";
    CHECK_INT(status_of(&call), 404);
    /* Named as a field, in the words of the API, though the body is still on its way. */
    call.path = "/api/v1/uploads";
    CHECK_OR_RETURN(live_ask(&live, &call, &answer));
    CHECK_INT(answer.status, 422);
    CHECK(live_answer_has(&answer, "\"problems\":[{\"field\":\"/name\""));
    CHECK(live_answer_has(&answer, "application/problem+json"));
    live_answer_free(&answer);
    /* Larger than agreed: not a byte of it is wanted. */
    live_hold(&live);
    live.pair.nodes[0].journal.lines[0].agreement.limits.attachment_size = 4000000;
    live_release(&live);
    call = upload_call(&duty, span_make(file, 1000));
    call.announced = 4000001;
    CHECK_OR_RETURN(live_ask(&live, &call, &answer));
    CHECK_INT(answer.status, 413);
    CHECK(live_answer_has(&answer, "clause") && live_answer_has(&answer, "4000000 agreed"));
    live_answer_free(&answer);
    call.announced = ATTACHMENT_SIZE_MAX + 1;
    CHECK_INT(status_of(&call), 413);
    CHECK_INT(files_wait(files), files);
}

CHECK_TEST(a_line_that_drops_leaves_nothing)
{
    struct live_call call = upload_call(&duty, span_make(file, 1200000));
    unsigned files = live_files(&live);
    int64_t uploads = uploads_of("duty-officer");
    struct bare bare;

    call.announced = FILE_SIZE;
    CHECK(live_send(&live, &call, &bare));
    CHECK_INT(files_wait(files + 1), files + 1); /* it had begun */
    bare_close(&bare);
    CHECK_INT(files_wait(files), files);
    CHECK_INT(uploads_of("duty-officer"), uploads);
    for (int i = 0; i < 100 && http_server_counts(live.server).transfers > 0; i++)
        wait_ms(10);
    CHECK_INT(http_server_counts(live.server).transfers, 0);
}

CHECK_TEST(a_full_disk_is_507_and_leaves_nothing)
{
    struct live_answer answer;
    struct live_call call = upload_call(&duty, span_make(file, FILE_SIZE));
    unsigned files = live_files(&live);

    __atomic_store_n(&live.disk_left, 1500000, __ATOMIC_RELEASE);
    CHECK_OR_RETURN(live_ask(&live, &call, &answer));
    CHECK_INT(answer.status, 507);
    CHECK(live_answer_has(&answer, "\"kind\":\"full\""));
    live_answer_free(&answer);
    CHECK_INT(files_wait(files), files);
    __atomic_store_n(&live.disk_left, INT64_MAX, __ATOMIC_RELEASE);
    call.key = live_key();
    CHECK_INT(status_of(&call), 201);
    CHECK_INT(live_files(&live), files + 1);
}

static bool sessions_end(const char *officer)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(4096);
    char arguments[80];

    snprintf(arguments, sizeof arguments, "{\"id\":\"%s\"}", officer);
    live_hold(&live);
    bool ok =
        pair_act_as(&live.pair.nodes[0], "administrator", "officer-end", arguments, &out, &err);
    live_release(&live);
    return ok;
}

CHECK_TEST(a_session_that_ends_on_the_way_takes_its_file_along)
{
    struct live_call call = upload_call(&investigator, span_make(file, 1200000));
    struct live_answer answer;
    unsigned files = live_files(&live);
    struct bare bare;

    /* At the end: what came whole is not entered. */
    call.announced = FILE_SIZE;
    CHECK(live_send(&live, &call, &bare));
    CHECK_INT(files_wait(files + 1), files + 1);
    CHECK(sessions_end("investigator"));
    /* The refusal may be quicker than the rest, and a reset quicker than the refusal. */
    bare_send(&bare, span_make(file + 1200000, FILE_SIZE - 1200000));
    if (live_receive(&bare, &answer))
        CHECK_INT(answer.status, 401);
    live_answer_free(&answer);
    bare_close(&bare);
    CHECK_INT(files_wait(files), files);
    CHECK_INT(uploads_of("investigator"), 0);
    CHECK(live_login(&live, "investigator", "127.0.0.1", &investigator));
}

CHECK_TEST(a_session_that_ends_stops_what_is_on_its_way)
{
    struct live_call call = upload_call(&investigator, span_make(file, 1200000));
    struct live_answer answer;
    unsigned files = live_files(&live);
    struct buffer got CLEANUP(buffer_free) = buffer_make(8u << 20);
    struct bare bare;

    /* In: long before its end. */
    call.announced = INT64_C(3900000);
    CHECK(live_send(&live, &call, &bare));
    CHECK_INT(files_wait(files + 1), files + 1);
    CHECK(sessions_end("investigator"));
    wait_ms(50);
    bare_send(&bare, span_make(file, 400000)); /* the refusal may be quicker */
    if (live_receive(&bare, &answer))
        CHECK_INT(answer.status, 401);
    live_answer_free(&answer);
    bare_close(&bare);
    CHECK_INT(files_wait(files), files);
    /* Out: what is not read yet is not sent any more. */
    CHECK(live_login(&live, "investigator", "127.0.0.1", &investigator));
    call = part_call(&investigator, NULL);
    __atomic_store_n(&live.read_ms, 400, __ATOMIC_RELEASE);
    CHECK(live_send(&live, &call, &bare));
    bare_receive(&bare, &got, "\r\n\r\n", 5000);
    CHECK(sessions_end("investigator"));
    __atomic_store_n(&live.read_ms, 0, __ATOMIC_RELEASE);
    bare_receive(&bare, &got, NULL, 2000);
    printf("  of %d bytes %zu came before the session was over\n", FILE_SIZE, got.size);
    CHECK(got.size < FILE_SIZE);
    CHECK(bare.last != GNUTLS_E_TIMEDOUT);
    bare_close(&bare);
    CHECK(live_login(&live, "investigator", "127.0.0.1", &investigator));
}

CHECK_TEST(an_officer_cannot_fill_the_disk_with_what_is_never_sent)
{
    struct live_call call = upload_call(&investigator, span_make(file, 10));
    struct live_answer answer;

    for (int i = 0; i < UPLOAD_WAITING_COUNT_MAX; i++) {
        call.key = live_key();
        if (!live_ask(&live, &call, &answer))
            CHECK(false);
        CHECK_INT(answer.status, 201);
        live_answer_free(&answer);
    }
    call.key = live_key();
    CHECK_OR_RETURN(live_ask(&live, &call, &answer));
    CHECK_INT(answer.status, 413);
    CHECK(live_answer_has(&answer, "wait for a message already"));
    live_answer_free(&answer);
}

CHECK_TEST(a_part_that_was_erased_is_gone_in_those_words)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(4096);
    struct live_answer answer;
    char arguments[160];
    struct live_call call = part_call(&duty, NULL);

    snprintf(arguments, sizeof arguments, "{\"item\":\"%s\",\"part\":1,\"erase_reason\":\"order\"}",
             item);
    live_hold(&live);
    pair_settle(&live.pair); /* the partner holds the entry */
    bool is_erased =
        pair_act(&live.pair.nodes[0], "item-erase", arguments, span_text(""), &out, &err);
    live_release(&live);
    CHECK_OK(is_erased, err);
    CHECK_OR_RETURN(live_ask(&live, &call, &answer));
    CHECK_INT(answer.status, 410);
    CHECK(live_answer_has(&answer, "this item is erased") &&
          live_answer_has(&answer, "\"kind\":\"gone\""));
    live_answer_free(&answer);
    static char other[128];
    snprintf(other, sizeof other, "/api/v1/items/%s/parts/7", item);
    call.path = other;
    CHECK_INT(status_of(&call), 404);
    snprintf(other, sizeof other, "/api/v1/items/%s/parts/x", item);
    CHECK_INT(status_of(&call), 422);
}

/* Hundreds of megabytes in and out; more under the label slow than in every run. */
static void flat_memory(int64_t size)
{
    static uint8_t piece[65536];
    struct live_call call = upload_call(&dpo, span_make(NULL, 0));
    struct live_answer answer;
    struct bare bare;
    char upload[64] = "";

    call.session = &duty;
    call.announced = size;
    live_hold(&live);
    live.pair.nodes[0].journal.lines[0].agreement.limits.attachment_size = ATTACHMENT_SIZE_MAX;
    live_release(&live);
    memory_mark();
    int64_t before = memory_peak_kib();
    CHECK(live_send(&live, &call, &bare));
    for (int64_t at = 0; at < size; at += (int64_t)sizeof piece) {
        transfer_fill(piece, at, sizeof piece);
        if (!bare_send(&bare, span_make(piece, sizeof piece)))
            CHECK(false);
    }
    CHECK(live_receive(&bare, &answer));
    CHECK_INT(answer.status, 201);
    field_take(&answer, "upload", upload, sizeof upload);
    live_answer_free(&answer);
    bare_close(&bare);
    CHECK_INT(request_send(&duty, 32, upload, item), 201);
    call = part_call(&duty, NULL);
    CHECK(live_send(&live, &call, &bare));
    int64_t got = 0;
    bool is_right = true;
    bool is_head = true;
    uint8_t bytes[16384];
    for (ssize_t n;
         got < size && (n = gnutls_record_recv(bare.session, bytes, sizeof bytes)) > 0;) {
        const uint8_t *at = bytes;
        if (is_head) {
            const uint8_t *end = memmem(bytes, (size_t)n, "\r\n\r\n", 4);
            at = end == NULL ? bytes + n : end + 4;
            is_head = end == NULL;
        }
        for (; at < bytes + n; at++)
            is_right = is_right && *at == transfer_byte(got++);
    }
    bare_close(&bare);
    CHECK_INT(got, size);
    CHECK(is_right);
    int64_t growth = memory_peak_kib() - before;
    printf("  %lld MiB in and out: resident size grew by %lld KiB at most\n",
           (long long)(size >> 20), (long long)growth);
    CHECK(before < 0 || growth < 2 * MEMORY_GROWTH_KIB);
}

CHECK_TEST(memory_stays_flat_whatever_the_size)
{
    flat_memory(INT64_C(160) << 20);
}

int main(int argc, char **argv)
{
    file = malloc(FILE_SIZE + 1);
    transfer_fill(file, 0, FILE_SIZE + 1);
    if (!live_open(&live, (struct http_server_limits){.request_rate = {1000, 4000}}))
        return 1;
    struct live_session head;
    if (!live_login(&live, "duty-officer", "127.0.0.1", &duty) ||
        !live_login(&live, "investigator", "127.0.0.1", &investigator) ||
        !live_login(&live, "analyst", "127.0.0.1", &analyst) ||
        !live_login(&live, "head-of-desk", "127.0.0.1", &head) ||
        !live_login(&live, "dpo", "127.0.0.1", &dpo))
        return 1;
    if (argc == 3 && strcmp(argv[1], "--megabytes") == 0) {
        flat_memory(strtoll(argv[2], NULL, 10) << 20);
    } else {
        CHECK_RUN(a_file_comes_in_goes_with_its_request_and_out_again);
        CHECK_RUN(one_range_of_a_part_is_given_and_several_are_not);
        CHECK_RUN(a_part_leaves_its_entry_before_its_first_byte);
        CHECK_RUN(the_same_file_under_the_same_key_is_taken_once);
        CHECK_RUN(what_may_not_come_in_is_refused_before_it_comes);
        CHECK_RUN(a_line_that_drops_leaves_nothing);
        CHECK_RUN(a_full_disk_is_507_and_leaves_nothing);
        CHECK_RUN(a_session_that_ends_on_the_way_takes_its_file_along);
        CHECK_RUN(a_session_that_ends_stops_what_is_on_its_way);
        CHECK_RUN(an_officer_cannot_fill_the_disk_with_what_is_never_sent);
        CHECK_RUN(a_part_that_was_erased_is_gone_in_those_words);
        CHECK_RUN(memory_stays_flat_whatever_the_size);
    }
    live_close(&live);
    free(file);
    ground_free();
    return check_end();
}
