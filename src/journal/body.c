/*
 * Bodies and parts at rest: each under a random key of its own, wrapped by the keeper. Erasing destroys the wrapped key
 * with the bytes. The salt of the digest is bound in, so that sealed bodies cannot change places.
 */
#include "journal/private.h"

/* A body's key seals once. */
static const uint8_t body_nonce[AEAD_NONCE_SIZE];

bool body_fill_pool(struct journal *journal, struct error *err)
{
    if (journal->key_count > 0)
        return true;
    if (!keeper_make_keys(&journal->keeper, journal->key_pool, JOURNAL_KEY_POOL, err))
        return error_add(err, "asking the keeper for keys");
    journal->key_count = JOURNAL_KEY_POOL;
    return true;
}

bool body_seal(struct journal *journal, struct span plain, const uint8_t salt[SALT_SIZE],
               struct arena *arena, struct sealed_body *out, struct error *err)
{
    if (!body_fill_pool(journal, err))
        return false;
    struct keeper_wrapped *key = &journal->key_pool[--journal->key_count];
    uint8_t *sealed = arena_alloc(arena, plain.size + AEAD_TAG_SIZE);
    bool ok = sealed != NULL &&
              arena_copy(arena, span_make(key->wrapped, sizeof key->wrapped), &out->key);
    if (ok) {
        aead_seal(key->key, body_nonce, span_make(salt, SALT_SIZE), plain, sealed);
        out->sealed = span_make(sealed, plain.size + AEAD_TAG_SIZE);
    }
    secret_wipe(key, sizeof *key);
    return ok ||
           error_set(err, ERROR_LIMIT, "a body of %zu bytes does not fit in memory", plain.size);
}

bool body_open(struct journal *journal, struct span sealed, struct span wrapped,
               const uint8_t salt[SALT_SIZE], struct arena *arena, struct span *out,
               struct error *err)
{
    uint8_t key[AEAD_KEY_SIZE];

    if (sealed.size < AEAD_TAG_SIZE || wrapped.size != KEEPER_WRAPPED_SIZE)
        return error_set(err, ERROR_STORE, "a sealed body is cut");
    if (!keeper_unwrap(&journal->keeper, wrapped.data, key, err))
        return error_add(err, "unwrapping the key of a body");
    uint8_t *plain = arena_alloc(arena, sealed.size - AEAD_TAG_SIZE + 1);
    bool ok =
        plain != NULL && aead_open(key, body_nonce, span_make(salt, SALT_SIZE), sealed, plain);
    secret_wipe(key, sizeof key);
    if (plain == NULL)
        return error_set(err, ERROR_LIMIT, "a body of %zu bytes does not fit in memory",
                         sealed.size);
    *out = span_make(plain, sealed.size - AEAD_TAG_SIZE);
    return ok || error_set(err, ERROR_STORE, "a sealed body was changed");
}

bool journal_keeper_is_well(struct journal *journal, struct error *err)
{
    return keeper_status(&journal->keeper, err);
}

bool journal_body(struct journal *journal, const struct entry_row *entry, struct arena *arena,
                  struct span *out, struct error *err)
{
    static const char *const gone[] = {[BODY_NONE] = "has no body",
                                       [BODY_HELD] = "is held",
                                       [BODY_WITHDRAWN] = "was withdrawn by its sender",
                                       [BODY_ERASED] = "is erased",
                                       [BODY_LOST] = "is lost"};
    if (entry->body_state != BODY_HELD)
        return error_set(err, ERROR_MISSING, "this item %s", gone[entry->body_state]);
    if (cache_get(journal->cache, entry->id, arena, out))
        return true;
    if (entry->salt.size != SALT_SIZE)
        return error_set(err, ERROR_STORE, "an entry's salt is cut");
    return body_open(journal, entry->body, entry->body_key, entry->salt.data, arena, out, err);
}

bool journal_part(struct journal *journal, const struct part_row *part, struct arena *arena,
                  struct span *out, struct error *err)
{
    if (part->kind != PART_ROW_SMALL || part->state != PART_HELD)
        return error_set(err, ERROR_MISSING, "this part is not held here");
    if (part->salt.size != SALT_SIZE)
        return error_set(err, ERROR_STORE, "a part's salt is cut");
    return body_open(journal, part->bytes, part->part_key, part->salt.data, arena, out, err);
}

bool journal_seal_bytes(struct journal *journal, struct span plain, struct arena *arena,
                        struct journal_sealed *out, struct error *err)
{
    uint8_t salt[SALT_SIZE];
    struct sealed_body body;

    journal->env->random(journal->env->context, salt, sizeof salt);
    if (!arena_copy(arena, span_make(salt, sizeof salt), &out->salt))
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!body_seal(journal, plain, salt, arena, &body, err))
        return false;
    out->bytes = body.sealed;
    out->key = body.key;
    return true;
}

bool journal_open_bytes(struct journal *journal, const struct journal_sealed *sealed,
                        struct arena *arena, struct span *out, struct error *err)
{
    if (sealed->salt.size != SALT_SIZE)
        return error_set(err, ERROR_STORE, "a salt is cut");
    return body_open(journal, sealed->bytes, sealed->key, sealed->salt.data, arena, out, err);
}
