/*
 * Back-off, and the alarm on guessing. Who fails again and again waits longer each time: per officer at an address, so
 * that a name cannot be guessed at and yet nobody elsewhere keeps its officer out, and per address, so that not every name
 * can be tried. What no single wait catches is an alarm: one officer tried from many addresses, or many officers from
 * one. It locks nobody out: it would be the guesser who chose whom. Failures fade: two quiet hours take half of their
 * weight, so that the typos of weeks behind one address do not add up against a colleague's right password. The counters
 * live in memory alone; a restart forgets them, and the log keeps the attempts.
 */
#include "web/private.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define OFFICER_FREE_MAX 5u  /* failures before one waits */
#define ADDRESS_FREE_MAX 20u /* a desk behind one address mistypes more often */
#define WAIT_MAX_MS      (INT64_C(15) * 60 * 1000)
#define DOUBLE_MAX       20u
#define FAILURE_WEIGHT   1000u /* of one failure, when it happens */
/* Only quiet time counts, not that of a wait: who tries as often as the waits allow gains nothing by it. With up to four
 * failures an hour, day and night, an address never waits. */
#define HALF_MS (INT64_C(2) * 3600 * 1000)
/* Distinct partners of one failing side within the window. A desk of dozens behind one address mistypes now and then; one
 * officer fails at the desk, at home and on the way at the most. */
#define GUESS_ADDRESS_MIN 5u
#define GUESS_OFFICER_MIN 10u
#define GUESS_WINDOW_MS   (INT64_C(3600) * 1000)

const char *const guess_words[GUESS_COUNT] = {
    [GUESS_NONE] = "",
    [GUESS_OFFICER] = "one officer's log-in failed from many addresses within an hour",
    [GUESS_ADDRESS] = "many officers' log-ins failed from one address within an hour",
};

static int64_t now_ms(const struct web *web)
{
    return web->options.env->monotonic_ms(web->options.env->context);
}

struct span client_place(struct span client, char out[HTTP_CLIENT_SIZE])
{
    char text[HTTP_CLIENT_SIZE];
    uint8_t bytes[16];

    snprintf(text, sizeof text, "%.*s", SPAN_ARG(span_part(client, 0, sizeof text - 1)));
    const char *plain = strncmp(text, "::ffff:", 7) == 0 ? text + 7 : text;
    if (inet_pton(AF_INET, plain, bytes) == 1 || inet_pton(AF_INET6, text, bytes) != 1)
        snprintf(out, HTTP_CLIENT_SIZE, "%s", plain);
    else
        hex_write(span_make(bytes, 8), out);
    return span_text(out);
}

/* The slot of an address is that of no officer. All of these under the lock. */
static struct backoff_slot *slot_find(struct web *web, struct span officer, struct span client)
{
    for (size_t i = 0; i < BACKOFF_SLOTS; i++) {
        struct backoff_slot *slot = &web->backoff[i];
        if (slot->weight > 0 && span_is(officer, slot->officer) && span_is(client, slot->client))
            return slot;
    }
    return NULL;
}

/* A free slot, else that of the oldest failure. */
static struct backoff_slot *slot_take(struct web *web, struct span officer, struct span client)
{
    struct backoff_slot *oldest = &web->backoff[0];

    for (size_t i = 0; i < BACKOFF_SLOTS; i++) {
        if (web->backoff[i].weight == 0) {
            oldest = &web->backoff[i];
            break;
        }
        if (web->backoff[i].last_ms < oldest->last_ms)
            oldest = &web->backoff[i];
    }
    *oldest = (struct backoff_slot){.weight = 0};
    snprintf(oldest->officer, sizeof oldest->officer, "%.*s", SPAN_ARG(officer));
    snprintf(oldest->client, sizeof oldest->client, "%.*s", SPAN_ARG(client));
    return oldest;
}

/* What is left of `weight` after `quiet_ms` >= 0: half of it per HALF_MS, along straight lines between. */
static unsigned weight_left(unsigned weight, int64_t quiet_ms)
{
    int64_t halvings = quiet_ms / HALF_MS;

    if (halvings >= 32)
        return 0;
    unsigned left = weight >> halvings;
    return left - (unsigned)(left / 2 * (quiet_ms % HALF_MS) / HALF_MS);
}

/* Until when who failed there waits. Rounded, so that the failures of a minute count whole. */
static int64_t slot_until_ms(const struct backoff_slot *slot)
{
    unsigned free = slot->officer[0] == '\0' ? ADDRESS_FREE_MAX : OFFICER_FREE_MAX;
    unsigned failures = (slot->weight + FAILURE_WEIGHT / 2) / FAILURE_WEIGHT;

    if (failures < free)
        return slot->last_ms;
    unsigned doubled = failures - free;
    int64_t wait_ms = INT64_C(1000) << (doubled > DOUBLE_MAX ? DOUBLE_MAX : doubled);
    return slot->last_ms + (wait_ms > WAIT_MAX_MS ? WAIT_MAX_MS : wait_ms);
}

static int64_t slot_wait_ms(const struct web *web, const struct backoff_slot *slot)
{
    int64_t left_ms = slot == NULL ? 0 : slot_until_ms(slot) - now_ms(web);

    return left_ms > 0 ? left_ms : 0;
}

int64_t backoff_wait_s(struct web *web, struct span officer, struct span client)
{
    char place[HTTP_CLIENT_SIZE];
    struct span address = client_place(client, place);
    struct span name = span_part(officer, 0, NAME_SIZE_MAX);

    pthread_mutex_lock(&web->login_mutex);
    int64_t wait_ms = slot_wait_ms(web, slot_find(web, name, address));
    int64_t address_ms = slot_wait_ms(web, slot_find(web, span_text(""), address));
    pthread_mutex_unlock(&web->login_mutex);
    return ((address_ms > wait_ms ? address_ms : wait_ms) + 999) / 1000;
}

/* True when it is the first failure of this pair within the window. */
static bool slot_note(struct web *web, struct span officer, struct span client)
{
    struct backoff_slot *slot = slot_find(web, officer, client);
    int64_t now = now_ms(web);
    int64_t quiet_ms = slot == NULL ? 0 : now - slot_until_ms(slot);

    bool is_new = slot == NULL || now - slot->last_ms >= GUESS_WINDOW_MS;
    if (slot == NULL)
        slot = slot_take(web, officer, client);
    slot->weight = weight_left(slot->weight, quiet_ms > 0 ? quiet_ms : 0) + FAILURE_WEIGHT;
    slot->last_ms = now;
    return is_new;
}

/* Pairs of this officer, or of this address, that failed within the window. */
static unsigned pairs_count(const struct web *web, struct span officer, struct span client)
{
    unsigned count = 0;

    for (size_t i = 0; i < BACKOFF_SLOTS; i++) {
        const struct backoff_slot *slot = &web->backoff[i];
        count +=
            slot->weight > 0 && slot->officer[0] != '\0' &&
            now_ms(web) - slot->last_ms < GUESS_WINDOW_MS &&
            (officer.size > 0 ? span_is(officer, slot->officer) : span_is(client, slot->client));
    }
    return count;
}

/* Told once for each time that the number is reached, not for each failure beyond it. */
static enum guess guess_look(struct web *web, struct span officer, struct span client)
{
    enum guess guess = GUESS_NONE;

    if (pairs_count(web, officer, span_text("")) == GUESS_ADDRESS_MIN)
        guess = GUESS_OFFICER;
    else if (pairs_count(web, span_text(""), client) == GUESS_OFFICER_MIN)
        guess = GUESS_ADDRESS;
    if (guess != GUESS_NONE) {
        web->guessing.count++;
        web->guessing.last = guess;
        web->guessing.last_ms = now_ms(web);
    }
    return guess;
}

enum guess backoff_note(struct web *web, struct span officer, struct span client, bool is_right)
{
    char place[HTTP_CLIENT_SIZE];
    struct span address = client_place(client, place);
    struct span name = span_part(officer, 0, NAME_SIZE_MAX);
    enum guess guess = GUESS_NONE;

    pthread_mutex_lock(&web->login_mutex);
    struct backoff_slot *slot = slot_find(web, name, address);
    /* A right password clears the officer's count, not the address's: one account must not free an attacker's. */
    if (is_right && slot != NULL)
        slot->weight = 0;
    if (!is_right) {
        bool is_new = slot_note(web, name, address);
        slot_note(web, span_text(""), address);
        if (is_new)
            guess = guess_look(web, name, address);
    }
    pthread_mutex_unlock(&web->login_mutex);
    return guess;
}

uint64_t web_guessing(struct web *web, const char **words)
{
    pthread_mutex_lock(&web->login_mutex);
    uint64_t count = web->guessing.count;
    bool is_fresh = count > 0 && now_ms(web) - web->guessing.last_ms < GUESS_WINDOW_MS;
    *words = guess_words[is_fresh ? web->guessing.last : GUESS_NONE];
    pthread_mutex_unlock(&web->login_mutex);
    return count;
}
