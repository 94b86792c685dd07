/* The demonstration's request from Bucharest, what becomes of it in Tirana, and the answer: see demo.h. */
#include "cmd/demo.h"

#include "base/attributes.h"
#include "base/text.h"
#include "cmd/demo_data.h"
#include "cmd/demo_run.h"
#include "desk/desk.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- the request --- */

static bool upload(struct demo *demo, size_t at, const char *path, const char *name,
                   struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(1024);
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return error_set(err, ERROR_STORE, "%s cannot be opened", path);
    buffer_format(&arguments, "{\"name\":\"%s\"}", name);
    struct asking asking = {.officer = demo->ro.officer,
                            .act = "upload",
                            .arguments = buffer_span(&arguments),
                            .fd = fd};
    bool ok =
        place_ask(&demo->ro, &asking, &result, err) &&
        (result_field(&result->object, "upload", demo->uploads[at], sizeof demo->uploads[at]) ||
         error_set(err, ERROR_BUG, "an upload has no name"));
    close(fd);
    return ok;
}

bool demo_step_attach(struct demo *demo, struct error *err)
{
    static const char small[] = DEMO_DIRECTORY "/statement.txt";
    static const char large[] = DEMO_DIRECTORY "/camera.bin";

    if (!run_remove(large, err) || !demo_statement_write(small, demo->sha256[0], err) ||
        !demo_large_write(large, demo->sha256[1], err) ||
        !upload(demo, 0, small, "statement.txt", err) || !upload(demo, 1, large, "camera.bin", err))
        return false;
    demo_say(&demo->ro, "two attachments sealed: statement.txt and camera.bin (%" PRId64 " MiB)",
             DEMO_LARGE_SIZE / 1048576);
    return true;
}

bool demo_step_send(struct demo *demo, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(1024);

    snprintf(demo->reference, sizeof demo->reference, "RO-EXERCISE-%" PRId64,
             demo_now_ms() % 1000000);
    buffer_format(&arguments, "{\"agreement\":\"ro-al\",\"attachments\":[\"%s\",\"%s\"]}",
                  demo->uploads[0], demo->uploads[1]);
    struct asking asking = {.officer = demo->ro.officer,
                            .act = "request-send",
                            .arguments = buffer_span(&arguments),
                            .fd = -1};
    if (!demo_request(demo->reference, demo_now_ms(), &body, err))
        return false;
    asking.body = buffer_span(&body);
    if (!place_ask(&demo->ro, &asking, &result, err))
        return false;
    if (!result_field(&result->object, "item", demo->request, sizeof demo->request))
        return error_set(err, ERROR_BUG, "the request has no id");
    demo_say(&demo->ro, "%s sends urgent request %s to Tirana", demo->ro.officer_name,
             demo->reference);
    return true;
}

/* The receipt's time as a node shows it. */
bool place_receipt(const struct place *place, const char *item, char time[TIME_TEXT_SIZE],
                   struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct json_object receipt;

    return place_show(place, item, &result, err) &&
           json_get_child_optional(&result->object, "receipt", &receipt) &&
           result_field(&receipt, "time", time, TIME_TEXT_SIZE);
}

static bool request_is_received(struct demo *demo, struct error *err)
{
    return place_receipt(&demo->ro, demo->request, demo->received, err);
}

bool demo_step_receipt(struct demo *demo, struct error *err)
{
    if (!demo_wait(demo, request_is_received, WAIT_MS, "the receipt", err))
        return false;
    demo_say(&demo->ro, "received %.8s by Tirana (its signed receipt, checked here)",
             demo->received + 11);
    return true;
}

/* --- in Tirana --- */

/* The row of Tirana's queue, before anybody opens it. */
static bool inbox_find(struct demo *demo, char received[TIME_TEXT_SIZE], char due[TIME_TEXT_SIZE],
                       struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct asking asking = {.officer = demo->al.officer, .act = "inbox-list", .fd = -1};

    if (!place_ask(&demo->al, &asking, &result, err))
        return false;
    struct json_list list = json_get_array(&result->object, "list", 0, DESK_LIST_MAX);
    for (size_t i = 0; i < list.count; i++) {
        struct json_object row;
        char item[ID_SIZE];
        if (json_array_object(&list, i, &row) && result_field(&row, "item", item, sizeof item) &&
            strcmp(item, demo->request) == 0)
            return result_field(&row, "received", received, TIME_TEXT_SIZE) &&
                   result_field(&row, "due", due, TIME_TEXT_SIZE);
    }
    return error_set(err, ERROR_MISSING, "the request is not in Tirana's queue yet");
}

static bool request_is_in_inbox(struct demo *demo, struct error *err)
{
    char received[TIME_TEXT_SIZE], due[TIME_TEXT_SIZE];

    if (!inbox_find(demo, received, due, err))
        return false;
    if (strcmp(received, demo->received) != 0)
        return error_set(err, ERROR_CONFLICT, "Tirana shows receipt %s, Bucharest %s", received,
                         demo->received);
    demo_say(&demo->al, "received %.8s; the answer is due %.10s %.8s: the same clock on both sides",
             received + 11, due, due + 11);
    return true;
}

bool demo_step_inbox(struct demo *demo, struct error *err)
{
    return demo_wait(demo, request_is_in_inbox, WAIT_MS, "Tirana's queue", err);
}

bool demo_step_open(struct demo *demo, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;

    if (!place_show(&demo->al, demo->request, &result, err))
        return false;
    demo_say(&demo->al, "%s opens it, under case %s; the access is on record",
             demo->al.officer_name, demo->al.case_number);
    return true;
}

bool demo_step_assign(struct demo *demo, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(256);

    buffer_format(&arguments, "{\"item\":\"%s\",\"unit\":\"border-3\"}", demo->request);
    struct asking asking = {.officer = demo->al.officer,
                            .act = "assign",
                            .arguments = buffer_span(&arguments),
                            .fd = -1};
    if (!place_ask(&demo->al, &asking, &result, err))
        return false;
    demo_say(&demo->al, "assigned to unit border-3");
    return true;
}

/* True when the timeline of our request in Bucharest has an event of this kind; `item`: its id, where it has one. */
static bool timeline_has(struct demo *demo, const char *what, char *item, char at[TIME_TEXT_SIZE],
                         struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;

    if (!place_show(&demo->ro, demo->request, &result, err))
        return false;
    struct json_list list = json_get_array(&result->object, "timeline", 0, DESK_LIST_MAX);
    for (size_t i = 0; i < list.count; i++) {
        struct json_object row;
        char kind[32];
        if (!json_array_object(&list, i, &row) || !result_field(&row, "what", kind, sizeof kind) ||
            strcmp(kind, what) != 0)
            continue;
        return result_field(&row, "at", at, TIME_TEXT_SIZE) &&
               (item == NULL || result_field(&row, "item", item, ID_SIZE));
    }
    return false;
}

static bool is_told(struct demo *demo, struct error *err)
{
    char opened[TIME_TEXT_SIZE], assigned[TIME_TEXT_SIZE];

    if (!timeline_has(demo, "opened", NULL, opened, err) ||
        !timeline_has(demo, "assigned", NULL, assigned, err))
        return false;
    demo_say(&demo->ro, "is told: opened %.8s, assigned %.8s", opened + 11, assigned + 11);
    return true;
}

bool demo_step_told(struct demo *demo, struct error *err)
{
    return demo_wait(demo, is_told, WAIT_MS, "what Tirana tells", err);
}

static bool attachments_are_held(struct demo *demo, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;

    if (!place_show(&demo->ro, demo->request, &result, err))
        return false;
    return json_get_integer_optional(&result->object, "attachments_held_by_receiver", 0,
                                     ATTACHMENT_COUNT_MAX, 0) == 2;
}

bool demo_step_held(struct demo *demo, struct error *err)
{
    if (!demo_wait(demo, attachments_are_held, LARGE_WAIT_MS, "both attachments", err))
        return false;
    demo_say(&demo->ro, "is told: received, 2 of 2 attachments");
    return true;
}

static bool attachment_compare(struct demo *demo, size_t at, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(256);
    char path[PATH_SIZE];
    uint8_t found[DIGEST_SIZE];
    int64_t size = 0;

    snprintf(path, sizeof path, "%s/tirana-%zu.bin", DEMO_DIRECTORY, at + 1);
    if (!run_remove(path, err))
        return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(err, ERROR_STORE, "%s cannot be made", path);
    buffer_format(&arguments, "{\"item\":\"%s\",\"part\":%zu}", demo->request, at + 1);
    struct asking asking = {.officer = demo->al.officer,
                            .act = "attachment-get",
                            .arguments = buffer_span(&arguments),
                            .fd = fd};
    bool ok = place_ask(&demo->al, &asking, &result, err);
    close(fd);
    if (!ok || !demo_digest(path, found, &size, err))
        return false;
    if (!digest_is_equal(found, demo->sha256[at]))
        return error_set(err, ERROR_CONFLICT, "%s is not the file that Bucharest sent", path);
    char hex[2 * DIGEST_SIZE + 1];
    hex_write(span_make(found, sizeof found), hex);
    demo_say(&demo->al, "attachment %zu read: %" PRId64 " bytes, SHA-256 %.16s..., as sent", at + 1,
             size, hex);
    return true;
}

bool demo_step_read(struct demo *demo, struct error *err)
{
    return attachment_compare(demo, 0, err) && attachment_compare(demo, 1, err);
}

/* --- the answer --- */

bool demo_step_answer(struct demo *demo, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(256);

    buffer_format(&arguments, "{\"item\":\"%s\"}", demo->request);
    struct asking asking = {.officer = demo->al.officer,
                            .approver = demo->al.approver,
                            .act = "answer-send",
                            .arguments = buffer_span(&arguments),
                            .fd = -1};
    if (!demo_answer(demo->reference, demo_now_ms(), &body, err))
        return false;
    asking.body = buffer_span(&body);
    if (!place_ask(&demo->al, &asking, &result, err))
        return false;
    demo_say(&demo->al, "%s answers; %s approved", demo->al.officer_name, demo->al.approver_name);
    return true;
}

static bool is_answered(struct demo *demo, struct error *err)
{
    char at[TIME_TEXT_SIZE];
    return timeline_has(demo, "answer", demo->answer, at, err);
}

static bool answer_is_received(struct demo *demo, struct error *err)
{
    char there[TIME_TEXT_SIZE], here[TIME_TEXT_SIZE];

    if (!place_receipt(&demo->al, demo->answer, there, err) ||
        !place_receipt(&demo->ro, demo->answer, here, err))
        return false;
    if (strcmp(there, here) != 0)
        return error_set(err, ERROR_CONFLICT, "Tirana shows receipt %s, Bucharest %s", there, here);
    demo_say(&demo->al, "received %.8s by Bucharest, the same on both sides", there + 11);
    return true;
}

bool demo_step_answered(struct demo *demo, struct error *err)
{
    if (!demo_wait(demo, is_answered, WAIT_MS, "the answer", err))
        return false;
    demo_say(&demo->ro, "has the answer");
    return demo_wait(demo, answer_is_received, WAIT_MS, "the receipt of the answer", err);
}
