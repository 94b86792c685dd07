/* The daily pre-shared key: see psk.h. */
#include "keeper/psk.h"

#include "crypto/digest.h"
#include "crypto/secret.h"

#include <assert.h>
#include <inttypes.h>

#define DAY_MS        INT64_C(86400000)
#define TIME_MS_MAX   (INT64_C(1) << 53)
#define RATCHET_LABEL "besa-psk-ratchet"

static struct span chain_agreement(const struct psk_chain *chain)
{
    return span_make(chain->agreement, chain->agreement_size);
}

/* psk(day) from psk(day - 1). `out` may be `before`. */
static void ratchet(const struct psk_chain *chain, uint32_t day, const uint8_t before[PSK_SIZE],
                    uint8_t out[PSK_SIZE])
{
    uint8_t info[sizeof RATCHET_LABEL - 1 + NAME_SIZE_MAX + 4];
    size_t size = sizeof RATCHET_LABEL - 1;

    memcpy(info, RATCHET_LABEL, size);
    memcpy(info + size, chain->agreement, chain->agreement_size);
    size += chain->agreement_size;
    for (int shift = 24; shift >= 0; shift -= 8)
        info[size++] = (uint8_t)(day >> shift);

    uint8_t key[PSK_SIZE];
    memcpy(key, before, sizeof key);
    digest_hkdf((struct span){NULL, 0}, span_make(key, sizeof key), span_make(info, size), out,
                PSK_SIZE);
    secret_wipe(key, sizeof key);
}

bool psk_start(struct psk_chain *out, struct span agreement, const uint8_t psk[PSK_SIZE],
               int64_t paired_at_ms, int64_t now_ms, struct error *err)
{
    assert(agreement.size <= sizeof out->agreement);
    if (paired_at_ms < 0 || paired_at_ms > TIME_MS_MAX)
        return error_set(err, ERROR_INPUT, "%" PRId64 " is no time of pairing", paired_at_ms);
    if (paired_at_ms > now_ms && paired_at_ms - now_ms > DAY_MS)
        return error_set(err, ERROR_INPUT,
                         "the time of pairing lies more than a day ahead of the keeper's clock");
    if (now_ms > paired_at_ms && (now_ms - paired_at_ms) / DAY_MS > PSK_PAIRED_AGO_MAX)
        return error_set(err, ERROR_INPUT, "the time of pairing lies more than %d days back",
                         PSK_PAIRED_AGO_MAX);
    *out = (struct psk_chain){.paired_at_ms = paired_at_ms, .count = 1};
    memcpy(out->agreement, agreement.data, agreement.size);
    out->agreement_size = agreement.size;
    memcpy(out->values[0], psk, PSK_SIZE);
    digest_sha256(span_make(psk, PSK_SIZE), out->start_digest);
    return true;
}

bool psk_today(const struct psk_chain *chain, int64_t now_ms, uint32_t *out, struct error *err)
{
    *out = 0;
    if (now_ms <= chain->paired_at_ms)
        return true;
    int64_t days = (now_ms - chain->paired_at_ms) / DAY_MS;
    if (days > PSK_DAY_MAX)
        return error_set(err, ERROR_STORE, "the keeper's clock is %" PRId64 " days after pairing",
                         days);
    *out = (uint32_t)days;
    return true;
}

static uint32_t last_day(const struct psk_chain *chain)
{
    return chain->first_day + (uint32_t)chain->count - 1;
}

static void drop_first(struct psk_chain *chain)
{
    memmove(chain->values[0], chain->values[1], (chain->count - 1) * PSK_SIZE);
    chain->count--;
    chain->first_day++;
    secret_wipe(chain->values[chain->count], PSK_SIZE);
}

bool psk_advance(struct psk_chain *chain, uint32_t today)
{
    uint32_t first_before = chain->first_day;

    while (last_day(chain) < today) {
        uint8_t next[PSK_SIZE];
        ratchet(chain, last_day(chain) + 1, chain->values[chain->count - 1], next);
        if (chain->count == PSK_PAST_DAYS + 1)
            drop_first(chain);
        memcpy(chain->values[chain->count++], next, PSK_SIZE);
        secret_wipe(next, sizeof next);
    }
    return chain->first_day != first_before;
}

bool psk_value(const struct psk_chain *chain, uint32_t day, uint32_t today, uint8_t out[PSK_SIZE],
               struct error *err)
{
    struct span name = chain_agreement(chain);

    assert(last_day(chain) >= today); /* psk_advance came first */
    if (day < chain->first_day)
        return error_set(err, ERROR_INPUT,
                         "%.*s: the key of day %" PRIu32
                         " is destroyed; the oldest kept is of day %" PRIu32,
                         SPAN_ARG(name), day, chain->first_day);
    if (day > today && day - today > 1)
        return error_set(err, ERROR_INPUT,
                         "%.*s: day %" PRIu32 " lies more than one day after today, day %" PRIu32,
                         SPAN_ARG(name), day, today);
    if (day <= last_day(chain))
        memcpy(out, chain->values[day - chain->first_day], PSK_SIZE);
    else
        ratchet(chain, day, chain->values[chain->count - 1], out);
    return true;
}
