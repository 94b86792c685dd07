/*
 * The client on libcurl's multi interface (HTTP/1.1: one call at a time on each connection, connections kept). Calls
 * may be begun on any thread; they wait in a list until http_client_run takes them, and libcurl is touched there only.
 *
 * What is believed comes from the target alone: the library's own directories and files of authorities, proxies from
 * the environment, redirects, session tickets and every protocol but https are switched off for each call. A kept
 * connection serves a call only if name, address, institution and own certificate are the same.
 */
#include "http/client_parts.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define CONNECT_MS_MAX       10000L /* of a call's time, for TCP and TLS */
#define CONNECTION_AGE_S_MAX 90L /* an unused connection is dropped before the server's 120 s end */
#define CONNECTION_KEPT_MAX  256L
#define QUIET_S_MAX          30L /* a call in which not one byte moves for so long stands on a dead line */
#define KEEP_IDLE_S          15L /* an idle connection is probed before middle boxes forget it */
#define PATH_SIZE_MAX        2048u

struct http_client {
    CURLM *multi;
    struct flight *flying; /* run's thread only */

    pthread_mutex_t lock;
    struct flight *waiting; /* begun, not yet taken by run; the newest first */
    size_t open_count;
    uint64_t connect_count;
    struct refusals next_refusals; /* to be taken over by run */
    bool has_next_refusals;

    struct refusals refusals; /* run's thread only */
    int64_t retry_ms;         /* of the answer that is being given; run's thread only */
};

/* ---- one call ---- */

static void flight_free(struct flight *flight)
{
    curl_easy_cleanup(flight->easy);
    curl_slist_free_all(flight->connect_to);
    curl_slist_free_all(flight->headers);
    buffer_free(&flight->response);
    free(flight);
}

static size_t response_take(char *bytes, size_t one, size_t size, void *context)
{
    struct flight *flight = context;
    (void)one;
    if (buffer_add(&flight->response, span_make(bytes, size)))
        return size;
    flight->is_too_large = true;
    return 0; /* ends the transfer */
}

/* One line of the answer's head at a time; the last is empty. An interim head (1xx) is followed by another. */
static size_t head_take(char *bytes, size_t one, size_t size, void *context)
{
    struct flight *flight = context;
    (void)one;
    flight->has_head = size == 2 && memcmp(bytes, "\r\n", 2) == 0;
    flight_retry_take(flight, span_make(bytes, size));
    return size;
}

/* Printable ASCII without what would end or change a URL. */
static bool path_is_good(const char *path)
{
    size_t size = strlen(path);
    if (path[0] != '/' || size > PATH_SIZE_MAX)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (path[i] <= ' ' || path[i] > '~' || path[i] == '#' || path[i] == '\\')
            return false;
    }
    return true;
}

static bool name_is_good(const char *name)
{
    size_t size = strlen(name);
    return size > 0 && size <= 253 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == size;
}

/* The port's text, or NULL when `address` is not host:port. */
static const char *address_port(const char *address)
{
    const char *colon = strrchr(address, ':');
    if (colon == NULL || colon == address || strlen(address) >= HTTP_ADDRESS_SIZE)
        return NULL;
    size_t digits = strspn(colon + 1, "0123456789");
    if (digits == 0 || digits > 5 || colon[1 + digits] != '\0')
        return NULL;
    return colon + 1;
}

static struct curl_blob blob_of(struct span text)
{
    return (struct curl_blob){
        .data = (void *)(uintptr_t)text.data, .len = text.size, .flags = CURL_BLOB_NOCOPY};
}

static bool flight_set_trust(CURL *easy, const struct http_target *target)
{
    struct curl_blob authority = blob_of(target->institution_pem);
    struct curl_blob certificate = blob_of(target->certificate_pem);
    struct curl_blob key = blob_of(target->key_pem);

    return curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           /* Debian builds libcurl with its directory of public authorities, read even beside a blob. */
           curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CAINFO, NULL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &authority) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &certificate) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L) == CURLE_OK;
}

static bool flight_set_way(struct flight *flight)
{
    const struct http_target *target = flight->call.target;
    CURL *easy = flight->easy;
    char url[PATH_SIZE_MAX + 300];
    char way[HTTP_ADDRESS_SIZE + 8];

    snprintf(url, sizeof url, "https://%s:%s%s", target->name, address_port(target->address),
             flight->call.path);
    snprintf(way, sizeof way, "::%s", target->address);
    flight->connect_to = curl_slist_append(NULL, way);
    return flight->connect_to != NULL && curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECT_TO, flight->connect_to) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEP_IDLE_S) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEP_IDLE_S) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, QUIET_S_MAX) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, CONNECTION_AGE_S_MAX) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
}

static bool flight_set_load(struct flight *flight)
{
    const struct http_call *call = &flight->call;
    CURL *easy = flight->easy;
    char type[300];
    long deadline_ms = (long)call->deadline_ms;
    long connect_ms = deadline_ms < CONNECT_MS_MAX ? deadline_ms : CONNECT_MS_MAX;

    if (!call->is_get) {
        const char *body = call->body.size == 0 ? "" : (const char *)call->body.data;
        snprintf(type, sizeof type, "Content-Type: %s",
                 call->content_type == NULL ? "application/octet-stream" : call->content_type);
        flight->headers = curl_slist_append(NULL, type);
        if (flight->headers == NULL ||
            curl_easy_setopt(easy, CURLOPT_HTTPHEADER, flight->headers) != CURLE_OK ||
            curl_easy_setopt(easy, CURLOPT_POST, 1L) != CURLE_OK ||
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.size) !=
                CURLE_OK ||
            curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body) != CURLE_OK)
            return false;
    }
    return curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, deadline_ms) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, response_take) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, flight) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, head_take) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, flight) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, flight->trouble) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, flight) == CURLE_OK;
}

static bool call_check(const struct http_call *call, struct error *err)
{
    const struct http_target *target = call->target;
    if (!name_is_good(target->name))
        return error_set(err, ERROR_INPUT, "'%s' is not a DNS name", target->name);
    if (address_port(target->address) == NULL)
        return error_set(err, ERROR_INPUT, "%s: address '%s' is not host:port", target->name,
                         target->address);
    if (!path_is_good(call->path))
        return error_set(err, ERROR_BUG, "%s: path '%.64s' cannot be called", target->name,
                         call->path);
    if (call->content_type != NULL &&
        (strlen(call->content_type) > 256 || strpbrk(call->content_type, "\r\n") != NULL))
        return error_set(err, ERROR_BUG, "%s: bad content type", target->name);
    if (call->deadline_ms <= 0 || call->deadline_ms > INT32_MAX)
        return error_set(err, ERROR_BUG, "%s: deadline out of range", target->name);
    if (target->institution_pem.size == 0 || target->certificate_pem.size == 0 ||
        target->key_pem.size == 0)
        return error_set(err, ERROR_INPUT, "%s: key or certificate missing", target->name);
    return true;
}

/* NULL on failure. */
static struct flight *flight_make(const struct http_call *call, struct error *err)
{
    if (!call_check(call, err))
        return NULL;
    struct flight *flight = calloc(1, sizeof *flight);
    if (flight == NULL) {
        error_set(err, ERROR_LIMIT, "%s: memory is out", call->target->name);
        return NULL;
    }
    flight->call = *call;
    flight->response = buffer_make(call->response_size_max);
    flight->begun_ms = flight_clock_ms();
    flight->easy = curl_easy_init();
    struct error unread = {0}; /* libcurl says what is wrong with it */
    flight_institutions(flight, &unread);
    if (flight->easy == NULL || !flight_set_trust(flight->easy, call->target) ||
        !flight_set_way(flight) || !flight_set_load(flight)) {
        flight_free(flight);
        error_set(err, ERROR_BUG, "%s: the call cannot be set up", call->target->name);
        return NULL;
    }
    return flight;
}

/* ---- the client ---- */

bool http_client_make(size_t connection_count_max, struct http_client **out, struct error *err)
{
    *out = NULL;
    struct http_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return error_set(err, ERROR_LIMIT, "client: memory is out");
    client->multi = curl_multi_init();
    if (client->multi == NULL || pthread_mutex_init(&client->lock, NULL) != 0) {
        curl_multi_cleanup(client->multi);
        free(client);
        return error_set(err, ERROR_LIMIT, "client: cannot be made");
    }
    curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connection_count_max);
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, CONNECTION_KEPT_MAX);
    *out = client;
    return true;
}

bool http_client_call(struct http_client *client, const struct http_call *call, struct error *err)
{
    struct flight *flight = flight_make(call, err);
    if (flight == NULL)
        return false;
    pthread_mutex_lock(&client->lock);
    flight->next = client->waiting;
    client->waiting = flight;
    client->open_count++;
    pthread_mutex_unlock(&client->lock);
    curl_multi_wakeup(client->multi);
    return true;
}

static void flight_leave(struct http_client *client, struct flight *flight)
{
    if (flight->previous != NULL)
        flight->previous->next = flight->next;
    else
        client->flying = flight->next;
    if (flight->next != NULL)
        flight->next->previous = flight->previous;
}

/* The flight is in no list any more. */
static void flight_done(struct http_client *client, struct flight *flight, long status,
                        const struct error *err)
{
    long connects = 0;
    curl_easy_getinfo(flight->easy, CURLINFO_NUM_CONNECTS, &connects);
    pthread_mutex_lock(&client->lock);
    client->open_count--;
    client->connect_count += (uint64_t)connects;
    pthread_mutex_unlock(&client->lock);
    struct span response = status == 0 ? (struct span){0} : buffer_span(&flight->response);
    client->retry_ms = status == 0 ? 0 : flight->retry_s * 1000;
    flight->call.done(flight->call.context, (unsigned)status, response, err);
    client->retry_ms = 0;
    flight_free(flight);
}

static void flight_fail(struct http_client *client, struct flight *flight, const char *text)
{
    struct error err;
    error_set(&err, ERROR_LINK, "%s: %s", flight->call.target->name, text);
    flight_done(client, flight, 0, &err);
}

/* Begins what waits, in the order of the calls. */
static void client_take_waiting(struct http_client *client)
{
    pthread_mutex_lock(&client->lock);
    struct flight *newest = client->waiting;
    client->waiting = NULL;
    pthread_mutex_unlock(&client->lock);

    struct flight *oldest = NULL;
    while (newest != NULL) {
        struct flight *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest != NULL) {
        struct flight *flight = oldest;
        oldest = flight->next;
        flight->next = NULL;
        if (!flight_guard(flight, &client->refusals) ||
            curl_multi_add_handle(client->multi, flight->easy) != CURLM_OK) {
            flight_fail(client, flight, "the call cannot be begun");
            continue;
        }
        flight->next = client->flying;
        if (flight->next != NULL)
            flight->next->previous = flight;
        client->flying = flight;
    }
}

/*
 * libcurl takes the end of the line for the end of an answer whose size it does not know, and tells OpenSSL to pass
 * over an end that TLS did not announce; so whoever cuts the line could shorten an answer. Only a whole head with a
 * size counts, and libcurl sees to it that so much came. Our server always gives it.
 */
static CURLcode answer_judge(struct flight *flight, long *status)
{
    curl_off_t size = -1;
    curl_easy_getinfo(flight->easy, CURLINFO_RESPONSE_CODE, status);
    curl_easy_getinfo(flight->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
    if (*status == 0)
        return CURLE_GOT_NOTHING;
    bool is_whole = flight->has_head && *status >= 200 && (size >= 0 || *status == 204);
    return is_whole ? CURLE_OK : CURLE_PARTIAL_FILE;
}

static void flight_land(struct http_client *client, struct flight *flight, CURLcode code)
{
    struct error err = {0};
    long status = 0;

    curl_multi_remove_handle(client->multi, flight->easy);
    flight_leave(client, flight);
    if (code == CURLE_OK) {
        code = answer_judge(flight, &status);
        if (code == CURLE_OK) {
            flight_done(client, flight, status, NULL);
            return;
        }
    }
    if (flight->is_refused) /* its connection is not used again either */
        client->refusals.changed_ms = flight_clock_ms();
    flight_explain(flight, code, &err);
    flight_done(client, flight, 0, &err);
}

/* True when some call is done. */
static bool client_land(struct http_client *client)
{
    bool is_any = false;
    int left;
    for (CURLMsg *message = curl_multi_info_read(client->multi, &left); message != NULL;
         message = curl_multi_info_read(client->multi, &left)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        char *flight = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &flight);
        flight_land(client, (struct flight *)(void *)flight, code);
        is_any = true;
    }
    return is_any;
}

bool http_client_refuse(struct http_client *client, const struct http_refused *refused,
                        size_t count, struct error *err)
{
    struct http_refused *copy =
        count > HTTP_REFUSED_COUNT_MAX ? NULL : calloc(count + 1, sizeof *copy);

    if (copy == NULL)
        return error_set(err, ERROR_LIMIT, "%zu revoked certificates do not fit", count);
    if (count > 0)
        memcpy(copy, refused, count * sizeof *copy);
    pthread_mutex_lock(&client->lock);
    free(client->next_refusals.list);
    client->next_refusals = (struct refusals){.list = copy, .count = count};
    client->has_next_refusals = true;
    pthread_mutex_unlock(&client->lock);
    curl_multi_wakeup(client->multi);
    return true;
}

/* Calls under way may be with a peer that is refused now: they end, and their callers call again. */
static void client_take_refusals(struct http_client *client)
{
    pthread_mutex_lock(&client->lock);
    bool has_next = client->has_next_refusals;
    struct refusals next = client->next_refusals;
    client->has_next_refusals = false;
    client->next_refusals = (struct refusals){.list = NULL};
    pthread_mutex_unlock(&client->lock);
    if (!has_next)
        return;
    free(client->refusals.list);
    client->refusals = next;
    client->refusals.changed_ms = flight_clock_ms();
    for (struct flight *flight = client->flying; flight != NULL; flight = client->flying) {
        curl_multi_remove_handle(client->multi, flight->easy);
        flight_leave(client, flight);
        flight_fail(client, flight, "a certificate was revoked: the call begins anew");
    }
}

static bool client_move(struct http_client *client, bool *is_any, struct error *err)
{
    int running = 0;
    client_take_refusals(client);
    client_take_waiting(client);
    CURLMcode code = curl_multi_perform(client->multi, &running);
    if (code != CURLM_OK)
        return error_set(err, ERROR_BUG, "client: %s", curl_multi_strerror(code));
    *is_any = client_land(client);
    return true;
}

bool http_client_run(struct http_client *client, int timeout_ms, struct error *err)
{
    bool is_any = false;

    if (!client_move(client, &is_any, err))
        return false;
    if (is_any)
        return true;
    CURLMcode code = curl_multi_poll(client->multi, NULL, 0, timeout_ms, NULL);
    if (code != CURLM_OK)
        return error_set(err, ERROR_BUG, "client: %s", curl_multi_strerror(code));
    return client_move(client, &is_any, err);
}

void http_client_wake(struct http_client *client)
{
    curl_multi_wakeup(client->multi);
}

int64_t http_client_retry_ms(const struct http_client *client)
{
    return client->retry_ms;
}

size_t http_client_open_count(struct http_client *client)
{
    pthread_mutex_lock(&client->lock);
    size_t count = client->open_count;
    pthread_mutex_unlock(&client->lock);
    return count;
}

uint64_t http_client_connect_count(struct http_client *client)
{
    pthread_mutex_lock(&client->lock);
    uint64_t count = client->connect_count;
    pthread_mutex_unlock(&client->lock);
    return count;
}

void http_client_free(struct http_client **freed)
{
    struct http_client *client = *freed;
    *freed = NULL;
    if (client == NULL)
        return;
    /* `done` may begin further calls: they end here too. */
    client_take_waiting(client);
    while (client->flying != NULL) {
        struct flight *flight = client->flying;
        curl_multi_remove_handle(client->multi, flight->easy);
        flight_leave(client, flight);
        flight_fail(client, flight, "the client is stopping");
        client_take_waiting(client);
    }
    curl_multi_cleanup(client->multi);
    pthread_mutex_destroy(&client->lock);
    free(client->refusals.list);
    free(client->next_refusals.list);
    free(client);
}

/* ---- one call on a line of its own ---- */

struct blocking {
    bool is_done;
    unsigned status;
    struct buffer *response;
    struct error *err;
};

static void blocking_done(void *context, unsigned status, struct span response,
                          const struct error *error)
{
    struct blocking *blocking = context;
    blocking->is_done = true;
    blocking->status = status;
    if (error != NULL) {
        if (blocking->err != NULL)
            *blocking->err = *error;
    } else if (!buffer_add(blocking->response, response)) {
        blocking->status = 0;
        error_set(blocking->err, ERROR_LIMIT, "the answer of %zu bytes does not fit",
                  response.size);
    }
}

bool http_client_call_blocking(const struct http_call *call, unsigned *status,
                               struct buffer *response, struct error *err)
{
    struct http_client *client;
    struct blocking blocking = {.response = response, .err = err};
    struct http_call own = *call;

    *status = 0;
    own.done = blocking_done;
    own.context = &blocking;
    if (!http_client_make(1, &client, err))
        return false;
    bool is_good = http_client_call(client, &own, err);
    while (is_good && !blocking.is_done)
        is_good = http_client_run(client, 1000, err);
    if (!is_good)
        blocking.err = NULL; /* the first reason stands */
    http_client_free(&client);
    *status = blocking.status;
    return is_good && blocking.status != 0;
}
