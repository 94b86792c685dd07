/*
 * A crowd at the door: four addresses log in without end, with a right password, so that no back-off stops them. An officer
 * logs in all the same, from an address that nobody knows and from one that is known, and one in a session proves the
 * password; each is let in at the first try and within a bound. A cookie that is none is refused at once and takes no place.
 * covers: login entrance
 */
#include "check.h"
#include "crypto/password.h"
#include "http/support/ground.h"
#include "journal/support/hostile.h"
#include "store/session_rows.h"
#include "web/support/live.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define PASSWORD      "a long enough one"
#define ADDRESS_COUNT 4
#define MEMBER_COUNT  (ADDRESS_COUNT * 5) /* more of each address than have a place */
#define TRY_COUNT     3
#define HASHES_MAX    80 /* the places of all kinds, and the turns between them */
#define SLACK_US      1000000

static struct live live;
static atomic_bool is_over;
static atomic_uint let_in, sent_away;

static bool password_run(struct journal *journal, void *context, struct error *e)
{
    static char hash[PASSWORD_HASH_SIZE];

    if (hash[0] == '\0' && !password_hash(span_text(PASSWORD), hash, e))
        return false;
    struct credential_row row = {.officer = span_text(context),
                                 .kind = CREDENTIAL_PASSWORD,
                                 .secret = span_text(hash),
                                 .made_ms = journal->env->now_ms(journal->env->context)};
    return credential_put(journal->db, &row, e);
}

static bool passwords_make(void)
{
    static char names[][20] = {"analyst", "duty-officer", "investigator"};
    struct error err = {0};
    bool ok = true;

    live_hold(&live);
    for (size_t i = 0; ok && i < ARRAY_COUNT(names); i++)
        ok = hostile_run(&live.pair.nodes[0], password_run, names[i], &err);
    live_release(&live);
    return ok;
}

/* --- who does not stop --- */

static const char *login_text(const char *officer)
{
    static char texts[2][512];
    char *text = texts[strcmp(officer, "analyst") == 0];
    char body[128];

    snprintf(body, sizeof body, "{\"officer\":\"%s\",\"password\":\"" PASSWORD "\"}", officer);
    snprintf(text, sizeof texts[0],
             "POST /api/v1/session HTTP/1.1\r\nHost: node.ro.example\r\n"
             "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    return text;
}

/* The status of one request over an open connection; 0: none came. */
static unsigned status_of(struct bare *bare, const char *request)
{
    struct buffer got CLEANUP(buffer_free) = buffer_make(1 << 16);
    unsigned status = 0;

    if (bare_send(bare, span_text(request)))
        bare_receive(bare, &got, "}", 30000);
    if (got.size > 12 && buffer_byte(&got, '\0'))
        sscanf((const char *)got.data, "HTTP/1.1 %u", &status);
    return status;
}

static void *member_run(void *context)
{
    char from[32];

    snprintf(from, sizeof from, "127.2.%zu.1", *(size_t *)context % ADDRESS_COUNT);
    while (!atomic_load(&is_over)) {
        struct bare bare;
        unsigned status = 1;
        bare_open_from(&bare, from, live.port, NULL, BARE_TLS_1_3);
        while (!atomic_load(&is_over) && status != 0) {
            status = status_of(&bare, login_text("analyst"));
            atomic_fetch_add(&let_in, status == 201);
            atomic_fetch_add(&sent_away, status == 503);
            wait_ms(status == 201 ? 0 : 20);
        }
        bare_close(&bare);
    }
    return NULL;
}

/* --- who wants in --- */

/* How long until the answer, which must be this one; microseconds, INT64_MAX: another. */
static int64_t timed(const char *from, const char *request, unsigned wanted)
{
    struct bare bare;

    bare_open_from(&bare, from, live.port, NULL, BARE_TLS_1_3);
    int64_t began_us = now_monotonic_us();
    unsigned status = status_of(&bare, request);
    int64_t taken_us = now_monotonic_us() - began_us;
    bare_close(&bare);
    if (status != wanted)
        printf("  from %s: %u, wanted %u\n", from, status, wanted);
    return status == wanted ? taken_us : INT64_MAX;
}

static const char *proof_text(const struct live_session *session)
{
    static char text[768];
    static const char body[] = "{\"password\":\"" PASSWORD "\"}";

    snprintf(text, sizeof text,
             "POST /api/v1/session/proof HTTP/1.1\r\nHost: node.ro.example\r\nCookie: %s\r\n"
             "X-Besa-CSRF: %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
             "Connection: close\r\n\r\n%s",
             session->cookie, session->csrf, sizeof body - 1, body);
    return text;
}

static int64_t slowest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

CHECK_TEST(four_addresses_keep_no_officer_from_logging_in_nor_from_the_proof)
{
    static pthread_t threads[MEMBER_COUNT];
    static size_t numbers[MEMBER_COUNT];
    struct live_session session;
    struct live_session forged;
    int64_t stranger_us = 0, known_us = 0, proof_us = 0, forged_us = 0;
    char from[32];

    CHECK_OR_RETURN(live_login(&live, "investigator", "127.0.0.1", &session));
    forged = session;
    memset(strchr(forged.cookie, '=') + 1, 'a', 20);
    int64_t quiet_us = timed("127.0.0.1", login_text("duty-officer"), 201); /* known from now on */
    CHECK_OR_RETURN(quiet_us != INT64_MAX);
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        numbers[i] = i;
        CHECK_INT(pthread_create(&threads[i], NULL, member_run, &numbers[i]), 0);
    }
    wait_ms(500);
    for (size_t i = 0; i < TRY_COUNT; i++) {
        snprintf(from, sizeof from, "127.3.%zu.1", i);
        stranger_us = slowest(stranger_us, timed(from, login_text("duty-officer"), 201));
        known_us = slowest(known_us, timed("127.0.0.1", login_text("duty-officer"), 201));
        proof_us = slowest(proof_us, timed("127.0.0.1", proof_text(&session), 204));
        forged_us = slowest(forged_us, timed("127.0.0.1", proof_text(&forged), 401));
    }
    atomic_store(&is_over, true);
    for (size_t i = 0; i < MEMBER_COUNT; i++)
        pthread_join(threads[i], NULL);
    printf("  log-in: quiet %" PRId64 " ms; in the crowd %" PRId64
           " ms from a strange address, %" PRId64 " from a known one; proof %" PRId64
           ", with a false cookie %" PRId64 "; the crowd: %u let in, %u sent away\n",
           quiet_us / 1000, stranger_us / 1000, known_us / 1000, proof_us / 1000, forged_us / 1000,
           atomic_load(&let_in), atomic_load(&sent_away));
    CHECK(stranger_us <= HASHES_MAX * quiet_us + SLACK_US);
    CHECK(known_us <= HASHES_MAX * quiet_us + SLACK_US);
    CHECK(proof_us <= HASHES_MAX / 4 * quiet_us + SLACK_US);
    CHECK(forged_us != INT64_MAX); /* said at once: it takes nobody's place */
    CHECK(atomic_load(&let_in) > 10 && atomic_load(&sent_away) > 10); /* it was a crowd */
}

int main(void)
{
    if (!live_open(&live, (struct http_server_limits){0}) || !passwords_make())
        return 1;
    CHECK_RUN(four_addresses_keep_no_officer_from_logging_in_nor_from_the_proof);
    live_close(&live);
    ground_free();
    return check_end();
}
