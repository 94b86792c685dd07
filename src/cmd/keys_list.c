/* The list of a node's keys and the warnings ahead: see keys.h. */
#include "cmd/keys.h"

#include "base/attributes.h"
#include "base/env.h"
#include "base/text.h"
#include "cmd/pairing.h"
#include "cmd/setup.h"
#include "crypto/cms.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define DAY_MS       INT64_C(86400000)
#define LONG_LIFE_MS (120 * DAY_MS) /* twice the first warning */
#define KEEPER_KEYS  HOME_KEEPER "/keeper.keys"
#define SUFFIX       ".pairing"
#define NAME_ROOM    (NAME_SIZE_MAX + 64)

const struct key_kind_row key_kinds[KEY_KIND_COUNT] = {
    [KEY_LOG] = {"log", "signs the checkpoints of our logs", "besa keeper renew, besa succession"},
    [KEY_CUSTODY] = {"custody", "signs receipts", "besa keeper renew, besa succession"},
    [KEY_WITNESS] = {"witness", "signs partners' domestic checkpoints",
                     "besa keeper renew, besa succession"},
    [KEY_SEALING] = {"sealing", "opens what partners sealed", "besa keeper renew, besa succession"},
    [KEY_MASTER] = {"master", "wraps the keys of bodies, parts and attachments", "never"},
    [KEY_PSK] = {"psk", "goes into every sealed post, a new one each day", "itself, each day"},
    [KEY_TLS] = {"tls", "the line to partners", "besa keys tls renew"},
    [KEY_DESK_TLS] = {"desk-tls", "the API", "its issuer; put it in place, then SIGHUP"},
    [KEY_INSTITUTION] = {"institution", "signs agreements and TLS certificates",
                         "two versions of each agreement, besa keys institution"},
    [KEY_PARTNER_INSTITUTION] = {"partner-institution", "what a partner's signatures stand on",
                                 "the partner, with two versions of the agreement"},
    [KEY_PASSPHRASE] = {"passphrase", "opens the keeper's key file", "besa keys passphrase"},
};

const char *const key_level_names[KEY_LEVEL_COUNT] = {"good", "notice", "ends soon", "ends now",
                                                      "ended"};

enum key_level key_level(int64_t from_ms, int64_t until_ms, int64_t now_ms)
{
    int64_t life_ms = until_ms - from_ms;
    int64_t left_ms = until_ms - now_ms;
    bool is_long = life_ms >= LONG_LIFE_MS;

    if (left_ms <= 0)
        return KEY_ENDED;
    if (left_ms <= (is_long ? 7 * DAY_MS : life_ms / 10))
        return KEY_ENDS_NOW;
    if (left_ms <= (is_long ? 30 * DAY_MS : life_ms / 4))
        return KEY_ENDS_SOON;
    if (left_ms <= (is_long ? 60 * DAY_MS : life_ms / 2))
        return KEY_NOTICE;
    return KEY_GOOD;
}

/* --- what lies where --- */

struct listing {
    const struct home *home;
    int64_t now_ms;
    struct key_entry *entries;
    size_t count;
};

static struct key_entry *entry_add(struct listing *listing, enum key_kind kind, const char *where)
{
    static _Thread_local struct key_entry dropped;
    struct key_entry *entry =
        listing->count < KEY_LIST_MAX ? &listing->entries[listing->count++] : &dropped;

    *entry = (struct key_entry){.kind = kind};
    snprintf(entry->where, sizeof entry->where, "%s", where);
    return entry;
}

/* When a file was last written; false when it is not there. */
static bool file_time(const struct home *home, const char *relative, int64_t *out_ms)
{
    char path[HOME_PATH_SIZE];
    struct error err = {0};
    struct stat st;

    if (!home_path(home, relative, path, &err) || stat(path, &st) != 0)
        return false;
    *out_ms = (int64_t)st.st_mtim.tv_sec * 1000;
    return true;
}

static void certificate_enter(const struct listing *listing, struct span pem,
                              struct key_entry *entry)
{
    uint8_t digest[32];
    struct error err = {0};

    if (!certificate_fingerprint(pem, digest, &err) ||
        !certificate_validity(pem, &entry->made_ms, &entry->until_ms, &err)) {
        entry->is_missing = true;
        return;
    }
    hex_write(span_make(digest, sizeof digest), entry->fingerprint);
    entry->level = key_level(entry->made_ms, entry->until_ms, listing->now_ms);
}

static void certificate_list(struct listing *listing, enum key_kind kind, const char *relative,
                             const char *where)
{
    struct buffer pem CLEANUP(buffer_free) = buffer_make(PEM_SIZE_MAX);
    struct key_entry *entry = entry_add(listing, kind, where);
    struct error err = {0};

    if (setup_read(listing->home, relative, PEM_SIZE_MAX, &pem, &err))
        certificate_enter(listing, buffer_span(&pem), entry);
    else
        entry->is_missing = true;
}

/* The keeper's keys lie in one sealed file, which is rewritten with a new passphrase: its time is the newest that any of
 * them can have. */
static void keeper_list(struct listing *listing)
{
    static const enum key_kind kinds[] = {KEY_LOG, KEY_CUSTODY, KEY_WITNESS, KEY_SEALING,
                                          KEY_MASTER};
    struct config config;
    struct error ignored = {0};
    bool has_token =
        home_config_load(listing->home, &config, &ignored) && config.keeper_key[0] != '\0';

    for (size_t i = 0; i < ARRAY_COUNT(kinds); i++) {
        struct key_entry *entry =
            entry_add(listing, kinds[i],
                      has_token && kinds[i] <= KEY_WITNESS
                          ? "token (keeper_key); other sets in " KEEPER_KEYS
                          : "sealed file " KEEPER_KEYS ", used by the keeper alone");
        entry->is_missing = !file_time(listing->home, KEEPER_KEYS, &entry->made_ms);
    }
}

static void passphrase_list(struct listing *listing)
{
    struct key_entry *entry = NULL;
    int64_t made_ms = 0;

    if (file_time(listing->home, HOME_PASSPHRASE, &made_ms)) {
        entry = entry_add(listing, KEY_PASSPHRASE, "file " HOME_PASSPHRASE);
        entry->made_ms = made_ms;
    } else {
        entry_add(listing, KEY_PASSPHRASE, "given by the system (credential or file elsewhere)");
    }
}

/* --- partners --- */

/* The agreement in force names others than the pairing did, once an institution changed its certificate. */
static void partner_certificate_enter(const struct listing *listing, const char *party,
                                      struct span paired, struct key_entry *entry)
{
    struct buffer pem CLEANUP(buffer_free) = buffer_make(4 * PEM_SIZE_MAX);
    char name[NAME_ROOM];
    struct error err = {0};

    snprintf(name, sizeof name, HOME_PARTNERS "/%.*s" PARTNER_INSTITUTION, (int)NAME_SIZE_MAX,
             party);
    certificate_enter(
        listing,
        setup_read(listing->home, name, pem.limit, &pem, &err) ? buffer_span(&pem) : paired, entry);
}

static void partner_list(struct listing *listing, const char *party)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    struct arena arena CLEANUP(arena_free) = arena_make(PAIRING_ARENA_SIZE);
    struct problems problems = {.count = 0};
    struct pairing pairing;
    struct error err = {0};
    char name[NAME_ROOM];

    struct key_entry *entry = entry_add(listing, KEY_PARTNER_INSTITUTION,
                                        "certificate in the agreement; the key is theirs");
    snprintf(entry->partner, sizeof entry->partner, "%.*s", (int)NAME_SIZE_MAX, party);
    snprintf(name, sizeof name, HOME_PARTNERS "/%s" SUFFIX, entry->partner);
    entry->is_missing = !setup_read(listing->home, name, PAIRING_SIZE_MAX, &text, &err) ||
                        !pairing_read(buffer_span(&text), &arena, &pairing, &problems);
    if (!entry->is_missing)
        partner_certificate_enter(listing, party, pairing.party.certificate_pem, entry);

    entry = entry_add(listing, KEY_PSK, "sealed record of the keeper");
    snprintf(entry->partner, sizeof entry->partner, "%.*s", (int)NAME_SIZE_MAX, party);
    snprintf(name, sizeof name, HOME_PARTNERS "/%s.psk-hash", entry->partner);
    entry->is_missing = !file_time(listing->home, name, &entry->made_ms);
}

static int name_compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* In the order of their names. */
static void partners_list(struct listing *listing)
{
    char names[PARTNER_COUNT_MAX][NAME_SIZE_MAX + 1];
    char path[HOME_PATH_SIZE];
    struct error err = {0};
    size_t count = 0;

    if (!home_path(listing->home, HOME_PARTNERS, path, &err))
        return;
    DIR *directory = opendir(path);
    for (struct dirent *at; directory != NULL && (at = readdir(directory)) != NULL;) {
        const char *dot = strstr(at->d_name, SUFFIX);
        size_t size = dot == NULL ? 0 : (size_t)(dot - at->d_name);
        if (size == 0 || strcmp(dot, SUFFIX) != 0 || count == PARTNER_COUNT_MAX ||
            !text_is_identifier(span_make(at->d_name, size), NAME_SIZE_MAX))
            continue;
        memcpy(names[count], at->d_name, size);
        names[count++][size] = '\0';
    }
    if (directory != NULL)
        closedir(directory);
    qsort(names, count, sizeof names[0], name_compare);
    for (size_t i = 0; i < count; i++)
        partner_list(listing, names[i]);
}

size_t keys_list(const struct home *home, int64_t now_ms, struct key_entry *out)
{
    struct listing listing = {.home = home, .now_ms = now_ms, .entries = out};
    int64_t made_ms = 0;

    keeper_list(&listing);
    passphrase_list(&listing);
    certificate_list(&listing, KEY_TLS, HOME_TLS_CERTIFICATE, "file " HOME_TLS_KEY);
    if (file_time(home, HOME_DESK_KEY, &made_ms))
        certificate_list(&listing, KEY_DESK_TLS, HOME_DESK_CERTIFICATE, "file " HOME_DESK_KEY);
    certificate_list(&listing, KEY_INSTITUTION, HOME_INSTITUTION,
                     file_time(home, HOME_INSTITUTION_KEY, &made_ms)
                         ? "file " HOME_INSTITUTION_KEY " (training)"
                         : "not on this node: file or token of the institution");
    partners_list(&listing);
    return listing.count;
}

/* --- warnings --- */

static void warning_write(const struct key_entry *entry, int64_t now_ms, struct key_warning *out)
{
    const struct key_kind_row *kind = &key_kinds[entry->kind];
    const char *space = entry->partner[0] == '\0' ? "" : " ";
    int64_t days = (entry->until_ms - now_ms) / DAY_MS;

    *out = (struct key_warning){.kind = entry->kind,
                                .level = entry->level,
                                .until_ms = entry->until_ms,
                                .is_missing = entry->is_missing};
    memcpy(out->partner, entry->partner, sizeof out->partner);
    if (entry->is_missing) {
        out->level = KEY_ENDED;
        snprintf(out->text, sizeof out->text, "key %s%s%s: missing or cannot be read", kind->name,
                 space, entry->partner);
    } else if (entry->level == KEY_ENDED) {
        snprintf(out->text, sizeof out->text, "key %s%s%s: ended; renew it: %s", kind->name, space,
                 entry->partner, kind->rotated_by);
    } else {
        snprintf(out->text, sizeof out->text, "key %s%s%s: ends in %" PRId64 " days; renew it: %s",
                 kind->name, space, entry->partner, days, kind->rotated_by);
    }
}

size_t keys_warnings(const struct home *home, int64_t now_ms, struct key_warning *out, size_t max)
{
    struct key_entry *entries = calloc(KEY_LIST_MAX, sizeof *entries);
    size_t found = 0;

    if (entries == NULL)
        return 0;
    size_t count = keys_list(home, now_ms, entries);
    for (size_t i = 0; i < count && found < max; i++)
        if (entries[i].is_missing || entries[i].level != KEY_GOOD)
            warning_write(&entries[i], now_ms, &out[found++]);
    free(entries);
    return found;
}
