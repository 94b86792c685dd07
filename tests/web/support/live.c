/* The API as a browser meets it: see live.h. */
#include "web/support/live.h"

#include "base/text.h"
#include "desk/roles.h"
#include "journal/support/hostile.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct live *of_disk; /* contexts are taken already */

/* --- the node --- */

static bool keeper_call(void *context, struct span request, struct buffer *reply, struct error *err)
{
    struct live *live = context;
    struct keeper_client direct = keeper_client_direct(live->pair.nodes[0].keeper);

    pthread_mutex_lock(&live->keeper_mutex);
    bool ok = direct.call(direct.context, request, reply, err);
    pthread_mutex_unlock(&live->keeper_mutex);
    return ok;
}

static bool disk_write(void *context, struct env_file *file, int64_t offset, struct span bytes,
                       struct error *err)
{
    int64_t left = __atomic_sub_fetch(&of_disk->disk_left, (int64_t)bytes.size, __ATOMIC_ACQ_REL);

    if (left < 0)
        return error_set(err, ERROR_FULL, "cannot write file: No space left on device");
    return env_real()->write_at(context, file, offset, bytes, err);
}

static bool disk_read(void *context, struct env_file *file, int64_t offset, uint8_t *out,
                      size_t size, struct error *err)
{
    int read_ms = __atomic_load_n(&of_disk->read_ms, __ATOMIC_ACQUIRE);

    if (read_ms > 0)
        wait_ms(read_ms);
    return env_real()->read_at(context, file, offset, out, size, err);
}

static bool door_submit(void *context, struct job *job, struct error *err)
{
    struct live *live = context;
    int fault = __atomic_load_n(&live->submit_fault, __ATOMIC_ACQUIRE);

    if (fault != ERROR_NONE)
        return error_set(err, (enum error_kind)fault, "a fault that the test wants");
    return journal_submit(&live->pair.nodes[0].journal, job, err);
}

static bool door_act(void *context, struct span name, const struct desk_call *call,
                     struct json_writer *out, struct error *err)
{
    struct live *live = context;
    const struct desk_act *act = desk_act_find(name);
    int fault = __atomic_load_n(&live->act_fault, __ATOMIC_ACQUIRE);

    if (fault != ERROR_NONE)
        return error_set(err, (enum error_kind)fault, "a fault that the test wants");
    if (act == NULL)
        return error_set(err, ERROR_MISSING, "no act %.*s", SPAN_ARG(name));
    return desk_run(&live->pair.nodes[0].journal, act, call, out, err);
}

static void event(void *context, const struct journal_event *what)
{
    static const char *const kinds[JOURNAL_EVENT_COUNT] = {"sealed",   "receipt", "arrived",
                                                           "appended", "parts",   "suspended",
                                                           "resume",   "trust",   "alarm"};

    if (of_disk->pair.nodes[0].exchange != NULL)
        exchange_notice(of_disk->pair.nodes[0].exchange, what);
    web_publish(context, kinds[what->kind], "ro-al", what->entry, what->size);
}

static void *writer_run(void *context)
{
    struct live *live = context;
    struct journal *journal = &live->pair.nodes[0].journal;

    while (!__atomic_load_n(&live->is_ending, __ATOMIC_ACQUIRE)) {
        pthread_mutex_lock(&live->books);
        bool has_moved = journal_pump(journal);
        web_look(live->web, journal);
        pthread_mutex_unlock(&live->books);
        if (!has_moved)
            job_queue_wait(&journal->queue, 2);
    }
    return NULL;
}

static bool officers_make(struct live *live, struct error *err)
{
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        struct buffer out CLEANUP(buffer_free) = buffer_make(4096);
        char arguments[192];
        char name[32];
        snprintf(name, sizeof name, "%s", role_names[i]);
        for (char *c = name; *c != '\0'; c++)
            if (*c == '_')
                *c = '-';
        snprintf(arguments, sizeof arguments,
                 "{\"id\":\"%s\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"%s\"}", name,
                 role_names[i]);
        if (!pair_act(&live->pair.nodes[0], "officer-put", arguments, span_text(""), &out, err))
            return false;
    }
    return true;
}

static bool server_open(struct live *live, struct http_server_limits limits, struct error *err)
{
    const struct identity *identity = &ground_get()->server;
    size_t count = 0;
    struct web_options options = {
        .env = live->pair.nodes[0].journal.env,
        .door = {.context = live, .submit = door_submit, .act = door_act},
        .files = {.env = &live->disk, .home = live->pair.nodes[0].home, .keeper = &live->keeper},
        .party = "ro",
        .is_training = true};

    if (!web_make(&options, &live->web, err))
        return false;
    const struct http_route *routes = web_http_routes(live->web, &count);
    struct http_server_options server = {.env = env_real(),
                                         .is_desk = true,
                                         .address = "127.0.0.1",
                                         .key_pem = buffer_span(&identity->key_pem),
                                         .certificate_pem = buffer_span(&identity->certificate_pem),
                                         .routes = routes,
                                         .route_count = count,
                                         .context = live->web,
                                         .limits = limits};
    if (!http_server_make(&server, &live->server, err) || !web_start(live->web, err) ||
        !http_server_start(live->server, err))
        return false;
    live->port = http_server_port(live->server);
    return true;
}

bool live_open(struct live *live, struct http_server_limits limits)
{
    struct error err = {0};

    memset(live, 0, sizeof *live);
    of_disk = live;
    live->arena = arena_make(64u * 1024 * 1024);
    pthread_mutex_init(&live->books, NULL);
    pthread_mutex_init(&live->keeper_mutex, NULL);
    live->disk = *env_real();
    live->disk.write_at = disk_write;
    live->disk.read_at = disk_read;
    live->disk_left = INT64_MAX;
    if (!pair_make(&live->pair) || !officers_make(live, &err) || !http_init(&err)) {
        printf("live: %s\n", err.text);
        return false;
    }
    live->keeper = (struct keeper_client){.context = live, .call = keeper_call};
    live->pair.nodes[0].journal.keeper = live->keeper;
    bool is_open = server_open(live, limits, &err);
    live->pair.nodes[0].journal.options.event = event;
    live->pair.nodes[0].journal.options.event_context = live->web;
    if (!is_open || pthread_create(&live->writer, NULL, writer_run, live) != 0) {
        printf("live: %s\n", err.text);
        return false;
    }
    return true;
}

void live_close(struct live *live)
{
    http_server_stop(&live->server);
    web_stop(live->web);
    __atomic_store_n(&live->is_ending, 1, __ATOMIC_RELEASE);
    pthread_join(live->writer, NULL);
    while (journal_pump(&live->pair.nodes[0].journal))
        ;
    web_end(&live->web);
    pair_free(&live->pair);
    arena_free(&live->arena);
    pthread_mutex_destroy(&live->books);
    pthread_mutex_destroy(&live->keeper_mutex);
}

void live_hold(struct live *live)
{
    pthread_mutex_lock(&live->books);
}

void live_release(struct live *live)
{
    pthread_mutex_unlock(&live->books);
}

/* --- sessions --- */

struct login {
    struct live *live;
    const char *officer;
    const char *client;
    struct live_session *out;
    struct desk_session session;
};

static bool login_run(struct journal *journal, void *context, struct error *err)
{
    struct login *login = context;

    return desk_login_end(journal, span_text(login->officer), span_text(login->client), true,
                          &login->live->arena, login->out->token, &login->session, err);
}

bool live_login(struct live *live, const char *officer, const char *client,
                struct live_session *out)
{
    struct login login = {.live = live, .officer = officer, .client = client, .out = out};
    char hex[2 * LOGIN_TOKEN_SIZE + 1];
    struct error err = {0};

    live_hold(live);
    bool ok =
        hostile_run(&live->pair.nodes[0], login_run, &login, &err) && login.session.until_ms != 0;
    live_release(live);
    if (!ok) {
        printf("live: log-in of %s: %s\n", officer, err.text);
        return false;
    }
    hex_write(span_make(out->token, LOGIN_TOKEN_SIZE), hex);
    snprintf(out->cookie, sizeof out->cookie, "__Host-besa=%s", hex);
    hex_write(span_make(login.session.csrf, LOGIN_CSRF_SIZE), out->csrf);
    return true;
}

/* --- calls --- */

const char *live_key(void)
{
    static char key[32];
    static unsigned number;

    snprintf(key, sizeof key, "key-of-live-%08u", ++number);
    return key;
}

bool live_send(struct live *live, const struct live_call *call, struct bare *bare)
{
    struct buffer head CLEANUP(buffer_free) = buffer_make(16384);
    int64_t size = call->announced > 0 ? call->announced : (int64_t)call->body.size;

    bare_open(bare, live->port, NULL, BARE_TLS_1_3);
    buffer_format(&head, "%s %s HTTP/1.1\r\nHost: node.ro.example\r\n", call->method, call->path);
    if (!call->without_length && (strcmp(call->method, "GET") != 0 || size > 0))
        buffer_format(&head, "Content-Length: %lld\r\n", (long long)size);
    if (call->session != NULL)
        buffer_format(&head, "Cookie: %s\r\n", call->session->cookie);
    if (call->session != NULL && !call->without_csrf)
        buffer_format(&head, "X-Besa-CSRF: %s\r\n", call->session->csrf);
    if (!call->without_reason)
        buffer_text(&head, "X-Besa-Reason: a%20test\r\nX-Besa-Case: c-1\r\n");
    if (call->key != NULL)
        buffer_format(&head, "Idempotency-Key: %s\r\n", call->key);
    if (call->content_type != NULL)
        buffer_format(&head, "Content-Type: %s\r\n", call->content_type);
    buffer_text(&head, call->fields == NULL ? "" : call->fields);
    buffer_text(&head, "\r\n");
    return bare_send(bare, buffer_span(&head)) && bare_send(bare, call->body);
}

/* The head's Content-Length; -1 when it says none. */
static int64_t head_size(const char *head)
{
    const char *at = strcasestr(head, "\r\nContent-Length:");

    return at == NULL ? -1 : strtoll(at + 17, NULL, 10);
}

bool live_receive(struct bare *bare, struct live_answer *out)
{
    struct buffer all CLEANUP(buffer_free) = buffer_make(512u * 1024 * 1024);

    *out = (struct live_answer){.body = buffer_make(512u * 1024 * 1024)};
    bare_receive(bare, &all, "\r\n\r\n", 20000);
    const uint8_t *end = all.size == 0 ? NULL : memmem(all.data, all.size, "\r\n\r\n", 4);
    if (end == NULL)
        return false;
    size_t head = (size_t)(end - all.data) + 4;
    snprintf(out->head, sizeof out->head, "%.*s", (int)head, (const char *)all.data);
    sscanf(out->head, "HTTP/1.1 %u", &out->status);
    buffer_add(&out->body, span_part(buffer_span(&all), head, all.size));
    int64_t size = head_size(out->head);
    while (size >= 0 && (int64_t)out->body.size < size) {
        size_t before = out->body.size;
        uint8_t piece[16384];
        ssize_t got = gnutls_record_recv(bare->session, piece, sizeof piece);
        if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED)
            continue;
        if (got <= 0 || !buffer_add(&out->body, span_make(piece, (size_t)got)))
            return false;
        (void)before;
    }
    return true;
}

bool live_ask(struct live *live, const struct live_call *call, struct live_answer *out)
{
    struct bare bare;
    bool is_sent = live_send(live, call, &bare); /* a refusal may be quicker than the body */
    bool ok = live_receive(&bare, out);

    (void)is_sent;
    bare_close(&bare);
    return ok;
}

void live_answer_free(struct live_answer *answer)
{
    buffer_free(&answer->body);
}

bool live_answer_has(const struct live_answer *answer, const char *text)
{
    bool has = (answer->body.size > 0 &&
                memmem(answer->body.data, answer->body.size, text, strlen(text)) != NULL) ||
               strstr(answer->head, text) != NULL;

    if (!has)
        printf("%.600s%.*s\n", answer->head,
               (int)(answer->body.size > 400 ? 400 : answer->body.size),
               answer->body.data == NULL ? "" : (const char *)answer->body.data);
    return has;
}

/* --- files --- */

static unsigned file_count;

static int file_look(const char *path, const struct stat *st, int type)
{
    (void)path;
    (void)st;
    file_count += type == FTW_F;
    return 0;
}

unsigned live_files(const struct live *live)
{
    char path[600];

    snprintf(path, sizeof path, "%s/attachments", live->pair.nodes[0].home);
    file_count = 0;
    ftw(path, file_look, 16);
    return file_count;
}
