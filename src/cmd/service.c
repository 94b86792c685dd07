/* Service: see service.h. */
#include "cmd/service.h"

#include "base/text.h"
#include "cmd/desk.h"
#include "cmd/keys.h"
#include "cmd/pairing.h"
#include "cmd/report.h"
#include "cmd/verifying.h"
#include "crypto/cms.h"
#include "crypto/secret.h"
#include "desk/approval.h"
#include "desk/duty.h"
#include "desk/login.h"
#include "desk/once.h"
#include "journal/version.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define PEM_READ_MAX       (64u * 1024u)
#define PARTNER_RATE_MIN   2048 /* bytes/s: a thin line shared by several calls is no attack */
#define PULL_ANSWER_MS     (INT64_C(60) * 1000) /* a pull is held back for 50 s at most */
#define WRITER_WAIT_MS     1000
#define BACKGROUND_WAIT_MS 100
#define BEAT_WAIT_MS       1000
#define CHECKPOINT_MS      2000
#define UPLOADS_LOOK_MS    60000
#define KEYS_LOOK_MS       3600000
#define METRICS_WAIT_MS    10000 /* collectors look every 15 to 60 s */
#define DRAIN_ROUND_MAX    1000u

/* --- partners --- */

/* The partner's TLS name and, where the configuration has none, its address: from its pairing file. */
static bool pairing_take(struct service *service, struct partner *partner, struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct problems problems = {.count = 0};
    struct pairing pairing;
    char name[sizeof HOME_PARTNERS + NAME_SIZE_MAX + 16];
    char path[HOME_PATH_SIZE];

    snprintf(name, sizeof name, HOME_PARTNERS "/%s.pairing", partner->party);
    if (!home_path(&service->node->home, name, path, err) ||
        !env_read_file(service->node->env, path, PAIRING_SIZE_MAX, &text, err))
        return error_add(err, "partner %s", partner->party);
    if (!pairing_read(buffer_span(&text), &arena, &pairing, &problems)) {
        problems_to_error(&problems, err);
        return error_add(err, "%s", path);
    }
    snprintf(partner->tls_name, sizeof partner->tls_name, "%.*s", SPAN_ARG(pairing.tls_name));
    if (partner->said_address[0] == '\0')
        snprintf(partner->said_address, sizeof partner->said_address, "%.*s",
                 SPAN_ARG(pairing.address));
    return true;
}

/* A name that cannot be resolved now is no reason not to start: the partner may call us. */
static void address_take(struct partner *partner)
{
    struct error err = {0};

    if (partner->said_address[0] == '\0')
        return;
    if (http_address_resolve(partner->said_address, partner->address, &err))
        return;
    partner->address[0] = '\0';
    report(REPORT_PARTNER_ADDRESS, &(struct report_about){.partner = partner->party, .entry = -1},
           "partner %s cannot be called: %s", partner->party, err.text);
}

static bool partner_fill(struct service *service, const struct journal_line *line,
                         struct partner *out, struct error *err)
{
    const struct agreement_party *party = &line->agreement.parties[line->partner_side];
    const struct config_partner *configured =
        config_partner_find(&service->node->config, span_text(line->partner));

    *out = (struct partner){.certificate_pem = buffer_make(PEM_READ_MAX)};
    snprintf(out->party, sizeof out->party, "%s", line->partner);
    if (configured != NULL) {
        snprintf(out->said_address, sizeof out->said_address, "%s", configured->address);
        out->connect = configured->connect;
    }
    if (!partner_trust_read(party, out, err) || !pairing_take(service, out, err))
        return false;
    address_take(out);
    return true;
}

static void target_make(struct service *service, struct partner *partner)
{
    partner->target = (struct http_target){
        .address = partner->address,
        .name = partner->tls_name,
        .institution_pem = buffer_span(&partner->certificate_pem),
        .key_pem = buffer_span(&service->key_pem),
        .certificate_pem = buffer_span(&service->certificate_pem),
    };
}

bool service_follow(struct service *service, struct error *err)
{
    struct buffer trusted CLEANUP(buffer_free) = buffer_make(PARTNER_COUNT_MAX * PEM_READ_MAX);
    struct journal *journal = &service->node->journal;

    while (service->partner_count < journal->line_count) {
        struct partner *partner = &service->partners[service->partner_count];
        node_step(service->node, NODE_STEP_LINES);
        if (!partner_fill(service, &journal->lines[service->partner_count], partner, err)) {
            buffer_free(&partner->certificate_pem);
            return false;
        }
        target_make(service, partner);
        service_trust_settle(service, partner);
        pthread_mutex_lock(&service->mutex);
        service->partner_count++;
        pthread_mutex_unlock(&service->mutex);
    }
    if (service->server == NULL)
        return true;
    return (service_trust_write(service, &trusted) ||
            error_set(err, ERROR_LIMIT, "out of memory")) &&
           http_server_trust(service->server, buffer_span(&trusted), err);
}

/* An alarm of no line may be the domestic log's, which stops once; others of that kind come again and again. */
static void alarm_report_own(struct node *node)
{
    const struct journal_log *domestic = &node->journal.domestic;
    struct report_about about = {.log = domestic->origin, .entry = -1};

    if (domestic->read_only[0] == '\0' || node->service == NULL || node->service->was_stop_told)
        return;
    node->service->was_stop_told = true;
    report(REPORT_ALARM, &about, "log %s is read-only: %s", domestic->origin, domestic->read_only);
}

/* In the writer: what an alarm is about stands in the books. */
static void alarm_report(const struct node *node, const struct journal_event *event)
{
    const struct journal_line *line = &node->journal.lines[event->line];
    const struct journal_log *stopped = line->out.read_only[0] != '\0'  ? &line->out
                                        : line->in.read_only[0] != '\0' ? &line->in
                                                                        : NULL;
    struct report_about about = {
        .partner = line->partner, .log = stopped == NULL ? NULL : stopped->origin, .entry = -1};

    if (stopped == NULL)
        report(REPORT_ALARM, &about, "alarm on the line to %s: see besa status", line->partner);
    else
        report(REPORT_ALARM, &about, "log %s is read-only: %s", stopped->origin,
               stopped->read_only);
}

void service_event(void *context, const struct journal_event *event)
{
    struct node *node = context;

    if (node->service != NULL)
        gauges_count_event(&node->service->gauges, event->kind);
    if (node->service != NULL && (event->kind == JOURNAL_ARRIVED ||
                                  event->kind == JOURNAL_APPENDED || event->kind == JOURNAL_PARTS))
        service_crosscheck_want(node->service);
    if (event->kind == JOURNAL_TRUST && node->service != NULL)
        service_trust_changed(node->service, event->line);
    if (event->kind == JOURNAL_ALARM && event->line < node->journal.line_count)
        alarm_report(node, event);
    else if (event->kind == JOURNAL_ALARM)
        alarm_report_own(node);
    if (node->service != NULL && node->service->web != NULL)
        desk_web_publish(node, node->service->web, event);
    if (node->exchange != NULL)
        exchange_notice(node->exchange, event);
}

/* --- the partners' calls --- */

/* Whose institution issued this certificate, and whether it stands for that party's node. */
static const struct partner *partner_of_peer(struct service *service, const struct http_peer *peer)
{
    const struct partner *found = NULL;

    pthread_mutex_lock(&service->mutex);
    for (size_t i = 0; found == NULL && i < service->partner_count; i++) {
        const struct partner *partner = &service->partners[i];
        for (size_t k = 0; k < partner->fingerprint_count; k++)
            if (memcmp(partner->fingerprints[k], peer->institution_fingerprint,
                       sizeof partner->fingerprints[k]) == 0 &&
                strcasecmp(partner->tls_name, peer->name) == 0)
                found = partner;
    }
    pthread_mutex_unlock(&service->mutex);
    return found;
}

/* Partners read the time in milliseconds out of the answer; the header is for what stands between. */
static void partner_reply(void *context, unsigned status, const char *content_type,
                          struct span body)
{
    static const struct http_header retry[] = {{.name = "Retry-After", .value = "1"}};
    struct http_answer answer = {.status = status,
                                 .content_type = content_type,
                                 .headers = retry,
                                 .header_count = status == 503 ? 1 : 0,
                                 .body = body};

    http_respond_with(context, &answer);
}

static void partner_handle(void *context, struct http_request *request)
{
    struct service *service = context;
    struct error err = {0};
    const struct partner *partner = partner_of_peer(service, &request->peer);

    if (partner == NULL) {
        error_set(&err, ERROR_RULE, "no partner's node has this certificate");
        http_respond_error(request, &err);
        return;
    }
    exchange_receive(service->node->exchange, span_text(partner->party), request->path,
                     request->body, partner_reply, request);
}

static const struct http_route routes[] = {
    {.method = "POST",
     .path = ROUTE_OF("push"),
     .body_size_max = POST_SIZE_MAX,
     .handle = partner_handle},
    {.method = "POST", .path = PATH_PROBE, .body_size_max = 16384, .handle = partner_handle},
    {.method = "POST",
     .path = ROUTE_OF("add-checkpoint"),
     .body_size_max = 16384,
     .handle = partner_handle},
    {.method = "POST", .path = ROUTE_OF("ranges"), .body_size_max = 1024, .handle = partner_handle},
    {.method = "POST",
     .path = PATH_PULL,
     .body_size_max = PULL_SIZE_MAX,
     .answer_ms = PULL_ANSWER_MS,
     .handle = partner_handle},
    {.method = "POST", .path = ROUTE_OF("resume"), .body_size_max = 1024, .handle = partner_handle},
    {.method = "POST",
     .path = ROUTE_OF("resume-piece"),
     .body_size_max = 2048,
     .handle = partner_handle},
    {.method = "POST", .path = ROUTE_OF("fresh"), .body_size_max = 1024, .handle = partner_handle},
};

/* --- making --- */

static bool pem_read(struct service *service, const char *name, struct buffer *out,
                     struct error *err)
{
    char path[HOME_PATH_SIZE];

    *out = buffer_make(PEM_READ_MAX);
    return home_path(&service->node->home, name, path, err) &&
           env_read_file(service->node->env, path, PEM_READ_MAX, out, err);
}

static bool server_make(struct service *service, struct error *err)
{
    struct buffer trusted CLEANUP(buffer_free) = buffer_make(PARTNER_COUNT_MAX * PEM_READ_MAX);
    char host[CONF_ADDRESS_SIZE];
    uint16_t port = 0;

    if (!config_address_read(service->node->config.listen, host, &port))
        return error_set(err, ERROR_INPUT, "%s: listen is no address:port", HOME_CONF);
    if (!service_trust_write(service, &trusted))
        return error_set(err, ERROR_LIMIT, "out of memory");
    struct http_server_options options = {.env = service->node->env,
                                          .is_training = service->node->config.is_training,
                                          .address = host,
                                          .port = port,
                                          .key_pem = buffer_span(&service->key_pem),
                                          .certificate_pem = buffer_span(&service->certificate_pem),
                                          .trusted_pem = buffer_span(&trusted),
                                          .routes = routes,
                                          .route_count = ARRAY_COUNT(routes),
                                          .limits.body_rate_bytes_per_s = PARTNER_RATE_MIN,
                                          .context = service};
    return http_server_make(&options, &service->server, err) ||
           error_add(err, "listening on %s", service->node->config.listen);
}

/* The key of the API: its own where there is one, since officers' browsers and the partner need not trust the same issuer;
 * else the node's. */
static bool desk_make(struct service *service, struct error *err)
{
    struct buffer key = buffer_make(PEM_READ_MAX);
    struct buffer certificate CLEANUP(buffer_free) = buffer_make(PEM_READ_MAX);

    if (service->node->config.desk_listen[0] == '\0')
        return true;
    bool is_own = pem_read(service, HOME_DESK_KEY, &key, err);
    bool ok = is_own ? pem_read(service, HOME_DESK_CERTIFICATE, &certificate, err)
                     : err->kind == ERROR_MISSING;
    if (ok && !is_own)
        error_clear(err);
    ok = ok && desk_web_make(service->node, &service->web, err) &&
         desk_server_make(service->node, service->web,
                          buffer_span(is_own ? &key : &service->key_pem),
                          buffer_span(is_own ? &certificate : &service->certificate_pem),
                          &service->desk_server, err);
    if (key.data != NULL)
        secret_wipe(key.data, key.capacity);
    buffer_free(&key);
    return ok;
}

static bool exchange_begin(struct service *service, struct error *err)
{
    struct exchange_line line = service_line(service);

    return http_client_make(SERVICE_CONNECTION_MAX, &service->client, err) &&
           exchange_make(&service->node->journal, &line, &service->node->exchange, err);
}

static bool background_open(struct service *service, struct error *err)
{
    struct database_options options = {.place = service->node->place, .env = service->node->env};

    return database_open(&options, &service->background_db, err);
}

bool service_make(struct node *node, struct service **out, struct error *err)
{
    struct service *service = calloc(1, sizeof *service);

    *out = service;
    if (service == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    service->node = node;
    service->beat_fd = -1;
    gauges_start(&service->gauges);
    audit_stream_start(&service->audit_stream, node, node->config.audit_stream);
    service->started_ms = node->env->now_ms(node->env->context);
    node->service = service;
    pthread_mutex_init(&service->mutex, NULL);
    pthread_mutex_init(&service->line_mutex, NULL);
    node_step(node, NODE_STEP_LINES);
    return keys_tls_settle(&node->home, err) &&
           pem_read(service, HOME_TLS_KEY, &service->key_pem, err) &&
           pem_read(service, HOME_TLS_CERTIFICATE, &service->certificate_pem, err) &&
           service_follow(service, err) && server_make(service, err) && desk_make(service, err) &&
           exchange_begin(service, err) && service_refuse(service, err) &&
           background_open(service, err) && service_index_make(service, err) &&
           control_server_make(node, &service->control, err);
}

/* --- threads --- */

static bool is_stopping(struct service *service)
{
    return __atomic_load_n(&service->stop, __ATOMIC_ACQUIRE) != 0;
}

/* The main thread waits for SIGTERM: it is asked like by anyone else, and told the exit code. */
static void main_ask(struct service *service, int exit_code)
{
    int none = 0;

    if (__atomic_compare_exchange_n(&service->main_stop, &none, exit_code + 1, false,
                                    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        kill(getpid(), SIGTERM);
}

static int64_t ticks_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool writer_round(struct service *service)
{
    int64_t began_us = ticks_us();
    bool did = journal_pump(&service->node->journal);

    if (did)
        gauges_count_round(&service->gauges, ticks_us() - began_us);
    if (service->web != NULL && !service->node->journal.is_dead)
        web_look(service->web, &service->node->journal);
    return did;
}

static void *writer_run(void *context)
{
    struct service *service = context;
    struct journal *journal = &service->node->journal;
    bool is_told = false;

    while (!is_stopping(service)) {
        service_moved(service);
        if (!writer_round(service))
            journal_wait(journal, WRITER_WAIT_MS);
        gauges_take(&service->gauges, journal);
        if (journal->is_dead && !is_told) {
            /* A failed sync is final: what is in memory is not believed any more. The supervisor begins anew. */
            is_told = true;
            report(REPORT_STORE_FAILED, NULL, "stopped writing: %s", journal->dead_reason);
            main_ask(service, EX_IOERR);
        }
    }
    job_queue_close(&journal->queue);
    for (unsigned i = 0; i < DRAIN_ROUND_MAX && journal_pump(journal); i++)
        ;
    return NULL;
}

static void *courier_run(void *context)
{
    struct service *service = context;
    struct exchange *exchange = service->node->exchange;
    struct error err = {0};

    while (!is_stopping(service)) {
        __atomic_add_fetch(&service->courier_moves, 1, __ATOMIC_RELAXED);
        courier_pump(exchange);
        if (http_client_run(service->client, (int)courier_timeout_ms(exchange), &err))
            continue;
        report(REPORT_LINE_FAILED, NULL, "the line to the partners failed: %s", err.text);
        main_ask(service, error_exit_code(err.kind));
        return NULL;
    }
    return NULL;
}

void service_moved(struct service *service)
{
    __atomic_add_fetch(&service->writer_moves, 1, __ATOMIC_RELAXED);
}

bool service_beat(struct service *service, int beat_fd)
{
    uint8_t byte = 1;

    __atomic_store_n(&service->beat_fd, beat_fd, __ATOMIC_RELEASE);
    return write(beat_fd, &byte, 1) == 1;
}

/* What moved when the last beat went out. */
struct moves {
    unsigned writer;
    unsigned courier;
};

/* A pipe that is full, or whose reader is gone, needs no further byte. */
static void beat_write(struct service *service, struct moves *last)
{
    struct moves now = {__atomic_load_n(&service->writer_moves, __ATOMIC_RELAXED),
                        __atomic_load_n(&service->courier_moves, __ATOMIC_RELAXED)};
    int fd = __atomic_load_n(&service->beat_fd, __ATOMIC_ACQUIRE);
    uint8_t byte = 1;

    if (fd < 0 || now.writer == last->writer || now.courier == last->courier)
        return;
    *last = now;
    ssize_t ignored = write(fd, &byte, 1);
    (void)ignored;
}

static void reachability_report(struct service *service)
{
    size_t count = service_partner_count(service);

    for (size_t i = 0; i < count; i++) {
        const char *party = service->partners[i].party;
        struct report_about about = {.partner = party, .entry = -1};
        struct exchange_state state;
        exchange_state(service->node->exchange, i, &state);
        if (state.is_reachable == service->was_reachable[i])
            continue;
        service->was_reachable[i] = state.is_reachable;
        if (state.is_reachable)
            report(REPORT_PARTNER_REACHED, &about, "%s is reached", party);
        else
            report(REPORT_PARTNER_LOST, &about, "%s does not answer: %s", party, state.last_error);
    }
}

/* A file that cannot be written is said once, until it can be again. */
static void metrics_publish(struct service *service)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(METRICS_SIZE_MAX);
    const char *path = service->node->config.metrics_file;
    struct error err = {0};

    if (path[0] == '\0')
        return;
    bool ok =
        (gauges_write(service, &text) || error_set(&err, ERROR_LIMIT, "the metrics do not fit")) &&
        metrics_file_write(path, buffer_span(&text), &err);
    if (!ok && !service->is_metrics_failing)
        report(REPORT_ALARM, NULL, "%s", err.text);
    service->is_metrics_failing = !ok;
}

/* --- what the desk keeps for a while: uploads, answers, drafts, sessions --- */

static bool expiry_run(struct journal *journal, struct job *job, struct error *err)
{
    size_t removed = 0;
    size_t notes = 0;
    (void)job;

    return desk_uploads_expire(journal, &removed, err) &&
           desk_handover_notes_expire(journal, &notes, err) && once_expire(journal, err) &&
           approvals_expire(journal, err) && duty_expire(journal, err) &&
           desk_sessions_expire(journal, err);
}

static void expiry_done(struct journal *journal, struct job *job, bool ok, const struct error *err)
{
    struct service *service = (struct service *)((char *)job - offsetof(struct service, expiry));
    (void)journal;

    if (!ok)
        report(REPORT_NOTICE, NULL, "what is over at the desk was not removed: %s", err->text);
    __atomic_store_n(&service->is_expiring, 0, __ATOMIC_RELEASE);
}

static void uploads_look(struct service *service, int64_t *next_ms)
{
    int64_t now_ms = service->node->env->monotonic_ms(service->node->env->context);
    struct error ignored = {0};

    if (now_ms < *next_ms || __atomic_exchange_n(&service->is_expiring, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    *next_ms = now_ms + UPLOADS_LOOK_MS;
    service->expiry = (struct job){.run = expiry_run, .done = expiry_done};
    if (!journal_submit(&service->node->journal, &service->expiry, &ignored))
        __atomic_store_n(&service->is_expiring, 0, __ATOMIC_RELEASE);
}

/* Once an hour, and at the start. */
static void keys_look(struct service *service, int64_t *next_ms)
{
    const struct env *env = service->node->env;
    struct key_warning risen[KEY_WARNING_MAX];

    if (env->monotonic_ms(env->context) < *next_ms)
        return;
    *next_ms = env->monotonic_ms(env->context) + KEYS_LOOK_MS;
    size_t count = keys_watch_look(&service->keys_watch, &service->node->home,
                                   env->now_ms(env->context), risen, KEY_WARNING_MAX);
    for (size_t i = 0; i < count; i++)
        report(risen[i].level >= KEY_ENDS_SOON ? REPORT_KEY_ENDS : REPORT_NOTICE, NULL, "%s",
               risen[i].text);
}

static void *background_run(void *context)
{
    struct service *service = context;
    int64_t next_uploads_ms = 0;
    int64_t next_keys_ms = 0;
    struct moves last = {0, 0};
    int64_t waited_ms = 0;

    while (!is_stopping(service)) {
        struct timespec pause = {.tv_nsec = BACKGROUND_WAIT_MS * 1000000};
        struct error err = {0};
        nanosleep(&pause, NULL);
        waited_ms += BACKGROUND_WAIT_MS;
        if (waited_ms % BEAT_WAIT_MS == 0) {
            beat_write(service, &last);
            reachability_report(service);
            audit_stream_pump(&service->audit_stream);
        }
        service_retention_look(service);
        service_crosscheck_look(service);
        service_limits_look(service);
        if (waited_ms % METRICS_WAIT_MS == BEAT_WAIT_MS)
            metrics_publish(service);
        if (waited_ms % CHECKPOINT_MS != 0)
            continue;
        uploads_look(service, &next_uploads_ms);
        keys_look(service, &next_keys_ms);
        if (database_checkpoint(service->background_db, CHECKPOINT_PASSIVE, NULL, &err) ||
            err.kind == ERROR_BUSY)
            continue;
        report(REPORT_STORE_FAILED, NULL, "the database cannot be tidied: %s", err.text);
        main_ask(service, EX_IOERR);
        return NULL;
    }
    return NULL;
}

static bool thread_start(pthread_t *thread, bool *has_it, void *(*run)(void *),
                         struct service *service, struct error *err)
{
    int failure = pthread_create(thread, NULL, run, service);

    *has_it = failure == 0;
    return failure == 0 ||
           error_set(err, ERROR_LIMIT, "a thread cannot be started: %s", strerror(failure));
}

/* No probe would say it while the partner is away. */
void service_demands_report(const struct node *node)
{
    const struct journal *journal = &node->journal;

    for (size_t i = 0; i < journal->line_count; i++) {
        struct report_about about = {.partner = journal->lines[i].partner, .entry = -1};
        struct error demand = {0};
        if (!version_permits(version_own(journal), &journal->lines[i].agreement, &demand))
            report(REPORT_ALARM, &about, "%s", demand.text);
    }
}

bool service_start(struct service *service, struct error *err)
{
    service_demands_report(service->node);
    return thread_start(&service->writer, &service->has_writer, writer_run, service, err) &&
           thread_start(&service->courier, &service->has_courier, courier_run, service, err) &&
           thread_start(&service->background, &service->has_background, background_run, service,
                        err) &&
           service_index_start(service, err) && http_server_start(service->server, err) &&
           control_server_start(service->control, err) &&
           (service->web == NULL || (web_start(service->web, err) &&
                                     verifying_make(service->node, &service->verifying, err) &&
                                     http_server_start(service->desk_server, err)));
}

/* Open calls are ended before the writer, which still takes what they bring. */
static void line_end(struct service *service)
{
    pthread_mutex_lock(&service->line_mutex);
    struct http_client *client = service->client;
    service->client = NULL;
    pthread_mutex_unlock(&service->line_mutex);
    http_client_free(&client);
}

static void threads_end(struct service *service)
{
    /* Commands under way need the writer; so do partners' calls. */
    control_server_stop(&service->control);
    if (service->server != NULL)
        http_server_stop(&service->server);
    if (service->desk_server != NULL)
        http_server_stop(&service->desk_server);
    if (service->web != NULL)
        web_stop(service->web);
    verifying_end(&service->verifying);
    __atomic_store_n(&service->stop, 1, __ATOMIC_RELEASE);
    service_line_wake(service);
    if (service->has_courier)
        pthread_join(service->courier, NULL);
    if (service->client != NULL)
        line_end(service);
    if (service->node->has_journal)
        job_queue_wake(&service->node->journal.queue);
    if (service->has_writer)
        pthread_join(service->writer, NULL);
    if (service->has_background)
        pthread_join(service->background, NULL);
    service_index_end(service);
}

void service_end(struct service **service)
{
    struct service *gone = *service;

    *service = NULL;
    if (gone == NULL)
        return;
    threads_end(gone);
    web_end(&gone->web);
    audit_stream_end(&gone->audit_stream);
    gauges_end(&gone->gauges);
    exchange_free(&gone->node->exchange);
    database_close(&gone->background_db);
    for (size_t i = 0; i < gone->partner_count; i++)
        buffer_free(&gone->partners[i].certificate_pem);
    service_tls_free(gone);
    pthread_mutex_destroy(&gone->line_mutex);
    pthread_mutex_destroy(&gone->mutex);
    gone->node->service = NULL;
    free(gone);
}
