/* Match keys: see match_key.h. */
#include "desk/match_key.h"

#include "base/attributes.h"
#include "journal/attachment.h"
#include "message/item.h"
#include "store/part_rows.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>

#define SECRET_SETTING "match-key-secret"
#define SECRET_SIZE    32u
#define KEY_TEXT_MAX   512u /* kind, folded names, date */
#define PLATE_WORDS    3u
#define PLATE_TEXT_MAX 16u
#define NUMBER_LEAST   10u /* characters of a number in a text that its check character proves */
#define PHONE_LEAST    8u
#define PHONE_MOST     20u

bool match_kind_is_of_one(int kind)
{
    return kind == (int)IDENT_DOCUMENT || kind == (int)IDENT_NUMBER || kind == MATCH_KIND_BIRTH;
}

const char *match_kind_name(int kind)
{
    if (kind == MATCH_KIND_BIRTH)
        return "name_birth";
    return kind == MATCH_KIND_FOREIGN ? "reference" : ident_kind_name((enum ident_kind)kind);
}

/* --- folding --- */

/* ICU's transliterator is slow to open and not for two threads at once; the writers of all nodes of a process share one. */
static pthread_mutex_t folder_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct folder *folder;

bool match_fold(struct span name, struct folded *out, struct error *err)
{
    pthread_mutex_lock(&folder_mutex);
    bool ok = folder != NULL || folder_make(&folder, err);
    if (ok)
        fold_name(folder, name, out);
    pthread_mutex_unlock(&folder_mutex);
    return ok;
}

static int token_compare(const void *a, const void *b)
{
    const struct fold_token *x = a;
    const struct fold_token *y = b;

    return strcmp(x->text, y->text);
}

/* --- one key --- */

static bool secret_load(struct journal *journal, struct arena *arena, struct span *out,
                        struct error *err)
{
    uint8_t fresh[SECRET_SIZE];

    if (setting_get(journal->db, arena, SECRET_SETTING, out, err))
        return true;
    if (err->kind != ERROR_MISSING)
        return false;
    error_clear(err);
    journal->env->random(journal->env->context, fresh, sizeof fresh);
    return (arena_copy(arena, span_make(fresh, sizeof fresh), out) ||
            error_set(err, ERROR_LIMIT, "out of memory")) &&
           setting_put(journal->db, SECRET_SETTING, *out, err);
}

bool match_keys_begin(struct journal *journal, struct arena *arena, struct match_keys *out,
                      struct error *err)
{
    out->journal = journal;
    out->arena = arena;
    out->count = 0;
    out->name_count = 0;
    out->is_cut = false;
    out->purpose = PURPOSE_INVESTIGATION;
    return secret_load(journal, arena, &out->secret, err) || error_add(err, "match keys");
}

bool match_digest(struct journal *journal, struct arena *arena, struct span bytes, struct span *out,
                  struct error *err)
{
    static const char about[] = "besa-digest ";
    uint8_t info[sizeof about - 1 + DIGEST_SIZE];
    uint8_t digest[DIGEST_SIZE];
    struct span secret;

    if (!secret_load(journal, arena, &secret, err))
        return false;
    memcpy(info, about, sizeof about - 1);
    digest_sha256(bytes, info + sizeof about - 1);
    digest_hkdf(span_make(NULL, 0), secret, span_make(info, sizeof info), digest, sizeof digest);
    return arena_copy(arena, span_make(digest, sizeof digest), out) ||
           error_set(err, ERROR_LIMIT, "out of memory");
}

void match_keys_digest(const struct match_keys *keys, const char *about, struct span text,
                       uint8_t out[MATCH_KEY_SIZE])
{
    uint8_t hashed[DIGEST_SIZE];
    struct buffer info CLEANUP(buffer_free) = buffer_make(KEY_TEXT_MAX);

    digest_sha256(text, hashed); /* of any length, and so in one form */
    buffer_text(&info, about);
    buffer_byte(&info, ' ');
    buffer_add(&info, span_make(hashed, sizeof hashed));
    digest_hkdf(span_make(NULL, 0), keys->secret, buffer_span(&info), out, MATCH_KEY_SIZE);
}

static bool is_known(const struct match_keys *keys, const struct match_key *key)
{
    for (size_t i = 0; i < keys->count; i++)
        if (keys->list[i].part == key->part &&
            memcmp(keys->list[i].bytes, key->bytes, MATCH_KEY_SIZE) == 0)
            return true;
    return false;
}

static void key_add(struct match_keys *keys, int kind, struct span text, int64_t part)
{
    struct match_key key = {.kind = kind, .part = part};
    struct buffer info CLEANUP(buffer_free) = buffer_make(KEY_TEXT_MAX);

    buffer_format(&info, "besa-match-key %d ", kind);
    buffer_add(&info, text);
    if (info.failed) {
        keys->is_cut = true;
        return;
    }
    digest_hkdf(span_make(NULL, 0), keys->secret, buffer_span(&info), key.bytes, sizeof key.bytes);
    if (is_known(keys, &key))
        return;
    if (keys->count == MATCH_KEY_MAX) {
        keys->is_cut = true;
        return;
    }
    if (kind < MATCH_KIND_BIRTH && text.size <= IDENT_VALUE_MAX)
        memcpy(key.ident, text.data, text.size);
    keys->list[keys->count++] = key;
}

static void ident_add(struct match_keys *keys, const struct ident *ident, int64_t part)
{
    if (!ident->is_worthless)
        key_add(keys, (int)ident->kind, span_text(ident->key), part);
}

static void ident_text_add(struct match_keys *keys, enum ident_kind kind, struct span text,
                           struct span country, int64_t part)
{
    char code[3] = "";
    struct ident ident;
    struct error ignored = {0};

    if (country.size == 2)
        memcpy(code, country.data, 2);
    if (ident_read(kind, text, code, &ident, &ignored))
        ident_add(keys, &ident, part);
}

/* --- a person --- */

/* Without day and month a name is everybody's; 1 January stands for "this year". */
static bool birth_is_whole(struct span text, uint32_t *packed)
{
    struct birth birth;
    struct error ignored = {0};

    if (!birth_read(text, &birth, &ignored) || birth.day == 0 || birth.is_placeholder ||
        birth.is_about)
        return false;
    *packed = birth_pack(&birth);
    return *packed != 0;
}

static bool name_join(struct arena *arena, struct span given, struct span family, struct span *out)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(FOLD_NAME_SIZE_MAX);

    buffer_add(&text, given);
    buffer_byte(&text, ' ');
    buffer_add(&text, family);
    return !text.failed && arena_copy(arena, buffer_span(&text), out);
}

/* The words of the name in any order, in any script, and the date. */
static bool name_add(struct match_keys *keys, struct span given, struct span family, uint32_t birth,
                     int64_t part, struct error *err)
{
    struct folded folded = {.count = 0};
    struct buffer text CLEANUP(buffer_free) = buffer_make(KEY_TEXT_MAX);
    struct span name;

    if (given.size == 0 || family.size == 0)
        return true;
    if (!name_join(keys->arena, given, family, &name))
        return error_set(err, ERROR_LIMIT, "a name does not fit in memory");
    if (!match_fold(name, &folded, err))
        return false;
    if (folded.count < 2 || folded.is_cut)
        return true;
    qsort(folded.tokens, folded.count, sizeof folded.tokens[0], token_compare);
    for (size_t i = 0; i < folded.count; i++)
        buffer_format(&text, "%s ", folded.tokens[i].text);
    buffer_format(&text, "%u", birth);
    key_add(keys, MATCH_KIND_BIRTH, buffer_span(&text), part);
    if (keys->name_count < MATCH_NAME_COUNT)
        keys->names[keys->name_count++] = (struct match_name){name, birth};
    return true;
}

bool match_keys_of_person(struct match_keys *keys, const struct person *person, int64_t part,
                          struct error *err)
{
    struct span country =
        person->nationality_count > 0 ? person->nationalities[0] : span_make(NULL, 0);
    uint32_t birth = 0;

    for (size_t i = 0; i < person->document_count; i++)
        ident_text_add(keys,
                       person->documents[i].kind == DOCUMENT_PERSONAL_NUMBER ? IDENT_NUMBER
                                                                             : IDENT_DOCUMENT,
                       person->documents[i].number, person->documents[i].country, part);
    for (size_t i = 0; i < person->phone_count; i++)
        ident_text_add(keys, IDENT_PHONE, person->phones[i], country, part);
    if (!birth_is_whole(person->birth_date, &birth))
        return true;
    for (size_t i = 0; i < person->name_count; i++) {
        const struct person_name *name = &person->names[i];
        if (!name_add(keys, name->given, name->family, birth, part, err) ||
            !name_add(keys, name->given, name->maiden, birth, part, err))
            return false;
    }
    return true;
}

/* --- a text --- */

static bool ends_word(uint8_t c)
{
    return c <= ' ' || (c < 0x80 && ispunct(c) && c != '-');
}

/* The next word from *at on; empty at the end. */
static struct span word_next(struct span text, size_t *at)
{
    while (*at < text.size && ends_word(text.data[*at]))
        (*at)++;
    size_t begin = *at;
    while (*at < text.size && !ends_word(text.data[*at]))
        (*at)++;
    return span_part(text, begin, *at - begin);
}

/* Capitals, digits and hyphens: what plates and numbers are written with, and few other words. */
static bool is_code(struct span word)
{
    for (size_t i = 0; i < word.size; i++)
        if (!isupper(word.data[i]) && !isdigit(word.data[i]) && word.data[i] != '-')
            return false;
    return word.size > 0;
}

/* One to three words that together have the form of a plate of one of these countries. */
static bool plate_take(struct match_keys *keys, struct span text, const char *const *countries,
                       int64_t part)
{
    struct ident ident;
    struct error ignored = {0};

    for (size_t i = 0; countries[i] != NULL; i++)
        if (ident_read(IDENT_PLATE, text, countries[i], &ident, &ignored) && ident.is_formed &&
            !ident.is_mended) {
            ident_add(keys, &ident, part);
            return true;
        }
    return false;
}

static bool number_take(struct match_keys *keys, struct span word, int64_t part)
{
    struct ident guesses[IDENT_GUESS_MAX];

    if (word.size < NUMBER_LEAST)
        return false;
    size_t count = ident_guess(word, "", guesses);
    for (size_t i = 0; i < count; i++)
        if (guesses[i].check == IDENT_RIGHT) {
            ident_add(keys, &guesses[i], part);
            return true;
        }
    return false;
}

/* The words up to the newest that have the form of a plate; the longest first: "AA 123 BB" is more than its parts. */
static bool plate_of_words(struct match_keys *keys, const struct span *words, size_t count,
                           const char *const *countries, int64_t part)
{
    const uint8_t *end = words[count - 1].data + words[count - 1].size;

    for (size_t first = 0; first < count; first++) {
        size_t size = (size_t)(end - words[first].data);
        if (size <= PLATE_TEXT_MAX &&
            plate_take(keys, span_make(words[first].data, size), countries, part))
            return true;
    }
    return false;
}

static void codes_take(struct match_keys *keys, struct span text, const char *const *countries,
                       int64_t part)
{
    struct span words[PLATE_WORDS];
    size_t count = 0;
    size_t at = 0;

    for (;;) {
        struct span word = word_next(text, &at);
        if (word.size == 0)
            return;
        if (!is_code(word) || number_take(keys, word, part)) {
            count = 0;
            continue;
        }
        if (count == PLATE_WORDS) {
            memmove(words, words + 1, (PLATE_WORDS - 1) * sizeof words[0]);
            count--;
        }
        words[count++] = word;
        if (plate_of_words(keys, words, count, countries, part))
            count = 0;
    }
}

/* "+355 69 123 4567": with its country, as nothing else in a text is a telephone for certain. */
static void phones_take(struct match_keys *keys, struct span text, int64_t part)
{
    for (size_t at = 0; at < text.size; at++) {
        if (text.data[at] != '+')
            continue;
        size_t end = at + 1;
        size_t digits = 0;
        while (end < text.size && end - at < PHONE_MOST &&
               (isdigit(text.data[end]) || text.data[end] == ' ' || text.data[end] == '-')) {
            digits += isdigit(text.data[end]) != 0;
            end++;
        }
        if (digits >= PHONE_LEAST)
            ident_text_add(keys, IDENT_PHONE, span_part(text, at, end - at), span_make(NULL, 0),
                           part);
        at = end - 1;
    }
}

void match_keys_of_text(struct match_keys *keys, struct span text, const char *const *countries,
                        int64_t part)
{
    codes_take(keys, text, countries, part);
    phones_take(keys, text, part);
}

/* --- a message --- */

/* What the person is made of lives in the arena already. */
static bool person_add(struct match_keys *keys, const struct person *person, int64_t part,
                       struct error *err)
{
    struct person *copy = NULL;

    if (keys->person_count < MATCH_PERSON_COUNT) {
        copy = arena_alloc(keys->arena, sizeof *copy);
        if (copy == NULL)
            return error_set(err, ERROR_LIMIT, "out of memory");
        *copy = *person;
        keys->persons[keys->person_count++] = copy;
    } else {
        keys->has_more_persons = true;
    }
    return match_keys_of_person(keys, person, part, err);
}

#define COUNTRY_MAX 3u
struct countries {
    char codes[COUNTRY_MAX][3];
    const char *list[COUNTRY_MAX + 1];
};

static void country_add(struct countries *countries, size_t *count, const char *party)
{
    if (strlen(party) != 2 || *count == COUNTRY_MAX)
        return;
    char *code = countries->codes[*count];
    code[0] = (char)toupper((unsigned char)party[0]);
    code[1] = (char)toupper((unsigned char)party[1]);
    code[2] = '\0';
    countries->list[(*count)++] = code;
}

static void countries_of(const struct journal *journal, const struct journal_line *line,
                         struct countries *out)
{
    size_t count = 0;

    memset(out, 0, sizeof *out);
    country_add(out, &count, journal->party);
    if (line != NULL)
        country_add(out, &count, line->partner);
}

static void reference_add(struct match_keys *keys, const struct foreign_reference *reference)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(KEY_TEXT_MAX);

    buffer_format(&text, "%d ", (int)reference->channel);
    for (size_t i = 0; i < reference->reference.size; i++)
        if (isalnum(reference->reference.data[i]))
            buffer_byte(&text, (uint8_t)toupper(reference->reference.data[i]));
    key_add(keys, MATCH_KIND_FOREIGN, buffer_span(&text), 0);
}

bool match_keys_of_request(struct match_keys *keys, const struct journal_line *line,
                           const struct request *request, struct error *err)
{
    struct countries countries;

    countries_of(keys->journal, line, &countries);
    keys->purpose = request->purpose;
    for (size_t i = 0; i < request->person_count; i++)
        if (!person_add(keys, &request->persons[i], 0, err))
            return false;
    for (size_t i = 0; i < request->foreign_reference_count; i++)
        reference_add(keys, &request->foreign_references[i]);
    match_keys_of_text(keys, request->asked, countries.list, 0);
    match_keys_of_text(keys, request->facts, countries.list, 0);
    return true;
}

static bool item_add(struct match_keys *keys, const struct journal_line *line,
                     const struct part_row *part, struct error *err)
{
    struct problems problems = {.count = 0};
    struct countries countries;
    struct span bytes;
    struct item item;

    if (part->kind != PART_ROW_SMALL || part->state != PART_HELD)
        return true;
    if (!journal_part(keys->journal, part, keys->arena, &bytes, err))
        return false;
    if (!item_read(bytes, keys->arena, &item, &problems))
        return true;
    countries_of(keys->journal, line, &countries);
    if (item.has_person && !person_add(keys, &item.person, part->number, err))
        return false;
    if (item.has_text)
        match_keys_of_text(keys, item.text.text, countries.list, part->number);
    return true;
}

/* What is said of the matter; what is given stands in parts. */
static bool spontaneous_add(struct match_keys *keys, const struct journal_line *line,
                            const struct entry_row *row, struct error *err)
{
    struct spontaneous *given = arena_alloc(keys->arena, sizeof *given);
    struct problems problems = {.count = 0};
    struct countries countries;
    struct span body;

    if (given == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!journal_body(keys->journal, row, keys->arena, &body, err))
        return false;
    if (!spontaneous_read(body, keys->arena, given, &problems))
        return true;
    countries_of(keys->journal, line, &countries);
    keys->purpose = given->purpose;
    for (size_t i = 0; i < given->foreign_reference_count; i++)
        reference_add(keys, &given->foreign_references[i]);
    match_keys_of_text(keys, given->relevance, countries.list, 0);
    return true;
}

bool match_keys_of_entry(struct match_keys *keys, const struct journal_line *line,
                         const struct entry_row *row, struct error *err)
{
    struct part_row *parts = arena_array(keys->arena, PART_COUNT_MAX, sizeof *parts);
    struct request *request = arena_alloc(keys->arena, sizeof *request);
    struct problems problems = {.count = 0};
    struct span body;
    size_t count = 0;

    if (parts == NULL || request == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (row->body_state != BODY_HELD)
        return true;
    if (row->type == MESSAGE_REQUEST &&
        (!journal_body(keys->journal, row, keys->arena, &body, err) ||
         (request_read(body, keys->arena, request, &problems) &&
          !match_keys_of_request(keys, line, request, err))))
        return false;
    if (row->type == MESSAGE_SPONTANEOUS && !spontaneous_add(keys, line, row, err))
        return false;
    if (!message_type_gives_items((enum message_type)row->type))
        return true;
    if (!part_list(keys->journal->db, keys->arena, row->id, parts, PART_COUNT_MAX, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!item_add(keys, line, &parts[i], err))
            return false;
    return true;
}

bool match_keys_put(const struct match_keys *keys, struct span scope, enum key_side side,
                    int64_t object, struct error *err)
{
    for (size_t i = 0; i < keys->count; i++) {
        struct key_row row = {.key = span_make(keys->list[i].bytes, MATCH_KEY_SIZE),
                              .scope = scope,
                              .side = side,
                              .object = object,
                              .part = keys->list[i].part};
        if (!key_put(keys->journal->db, &row, err))
            return false;
    }
    return true;
}
