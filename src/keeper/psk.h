/*
 * The daily pre-shared key of one agreement. psk(n + 1) = HKDF-SHA-256(key psk(n), no salt, info "besa-psk-ratchet" |
 * agreement | n + 1 as u32 big-endian); n = whole days since the time of pairing. What a day's key opened stays closed
 * to whoever takes the keeper's record later than 14 days on: the chain runs one way, and its old values are destroyed.
 *
 * Values run from `first_day` to the newest day that the clock has shown. The clock moves the chain forward only: a
 * clock set back undoes nothing and loses nothing, it merely asks for an older value, as long as that one is kept.
 */
#ifndef BESA_KEEPER_PSK_H
#define BESA_KEEPER_PSK_H

#include "base/error.h"
#include "base/limits.h"
#include "base/span.h"

#define PSK_SIZE           32
#define PSK_PAST_DAYS      14     /* kept for posts that travel by courier */
#define PSK_DAY_MAX        100000 /* more days than any clock shows in truth */
#define PSK_PAIRED_AGO_MAX 3650 /* days between the agreed pairing and the keeper learning of it */

/* Lives in secret memory only. */
struct psk_chain {
    uint8_t agreement[NAME_SIZE_MAX];
    size_t agreement_size;
    int64_t paired_at_ms;
    uint8_t start_digest[32]; /* SHA-256 of psk(0): tells a repeated pairing from another one */
    uint32_t first_day;
    size_t count; /* values held: 1 to PSK_PAST_DAYS + 1 */
    uint8_t values[PSK_PAST_DAYS + 1][PSK_SIZE];
};

/* A chain of one value, psk(0). INPUT when the time of pairing is no time, or more than a day ahead of `now_ms`. */
bool psk_start(struct psk_chain *out, struct span agreement, const uint8_t psk[PSK_SIZE],
               int64_t paired_at_ms, int64_t now_ms, struct error *err);
/* Days since pairing by this clock; 0 before it. STORE when the clock shows no possible day. */
bool psk_today(const struct psk_chain *chain, int64_t now_ms, uint32_t *out, struct error *err);
/* Derives up to `today` and destroys, in memory, what is more than PSK_PAST_DAYS older. True when `first_day` moved, so
 * that the caller must overwrite what it stored. */
bool psk_advance(struct psk_chain *chain, uint32_t today);
/* psk(day). INPUT when the day was destroyed or lies more than one day after `today`; tomorrow's value is derived into
 * `out` alone and not kept. */
bool psk_value(const struct psk_chain *chain, uint32_t day, uint32_t today, uint8_t out[PSK_SIZE],
               struct error *err);

#endif
