/*
 * Fresh receipts: how a keeper whose record was lost learns again what it must never contradict (docs/protocol.md 3.5c). The
 * partner's keeper says, bound to a random number of this one, how much of a log it holds; only then, and from there on, is
 * the log signed again. The partner's word can stop a log; it shortens nothing that the own record knows.
 *
 * What is signed, by the custody key (about a log in custody, and about the newest receipt of an own log) or the witness key
 * (about a domestic log that is witnessed):
 *
 *     besa-fresh/1\n<origin>\n<size>\n<root, base64>\n<nonce, base64>\n
 *
 * It begins like no checkpoint and no cosignature, so it can pass for neither.
 */
#ifndef BESA_KEEPER_FRESH_H
#define BESA_KEEPER_FRESH_H

#include "keeper/client.h"
#include "keeper/keeper.h"

#define KEEPER_FRESH_TEXT_MAX (ORIGIN_SIZE_MAX + 160u) /* magic, size and two hashes in base64 */

bool keeper_fresh_text(struct span origin, uint64_t size, const struct tlog_hash *root,
                       const uint8_t nonce[KEEPER_NONCE_SIZE], struct buffer *out);

/* One log of the books, for a record that lost it. */
struct keeper_lost_log {
    enum keeper_slot kind;
    struct span origin;
    /* Own logs and custody: the partners that have to be heard, each by the key that signs its fresh receipt. */
    uint8_t (*keys)[SIGNATURE_PUBLIC_SIZE];
    size_t key_count;
    /* A log that we witness: its newest checkpoint and our own cosignature of it; size 0: none. */
    uint64_t size;
    struct tlog_hash root;
    int64_t time_s;
    const uint8_t *signature;
};

/*
 * Makes the record whole again while no keeper runs: a new one where it is missing or does not check, new slots for logs of
 * which neither checks. Each log that comes back this way, and with `is_all` every log that is named, waits for its
 * partners. What the record still knows of a log stays the least that is believed. `changed`: logs that wait now.
 */
bool keeper_recover(const struct keeper_options *options, const struct keeper_lost_log *logs,
                    size_t count, bool is_all, size_t *changed, struct error *err);

#endif
