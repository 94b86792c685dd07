/* Pairing files: see pairing.h. */
#include "cmd/pairing.h"

#include "cmd/training.h"

#include "base/attributes.h"
#include "base/text.h"
#include "crypto/cms.h"
#include "crypto/secret.h"
#include "message/form.h"

#include <ctype.h>
#include <stdio.h>

static const char *const pairing_format_names[PAIRING_FORMAT_COUNT] = {"besa-pairing/1"};
static const char *const secret_format_names[PAIRING_SECRET_FORMAT_COUNT] = {
    "besa-pairing-secret/1"};

static const struct form_field authority_fields[] = {
    {.name = "code",
     .kind = FORM_TEXT,
     FORM_AT(struct agreement_authority, code),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Short code."},
    {.name = "name",
     .kind = FORM_TEXT,
     FORM_AT(struct agreement_authority, name),
     .min = 1,
     .max = AUTHORITY_SIZE_MAX,
     .about = "Its name, as its requests spell it."},
};
static const struct form authority_form = {.name = "authority",
                                           .about = "A competent authority.",
                                           .fields = authority_fields,
                                           .count = ARRAY_COUNT(authority_fields),
                                           .size = sizeof(struct agreement_authority)};

/* A name for TLS: labels of a-z, 0-9 and hyphen between dots. */
static bool dns_name_holds(struct span text)
{
    struct span rest = text;

    while (rest.size > 0) {
        const uint8_t *dot = memchr(rest.data, '.', rest.size);
        size_t size = dot == NULL ? rest.size : (size_t)(dot - rest.data);
        if (!text_is_identifier(span_part(rest, 0, size), 63))
            return false;
        if (dot == NULL)
            return true;
        rest = span_part(rest, size + 1, rest.size);
    }
    return false;
}
static const struct form_rule rule_dns_name = {dns_name_holds, "a DNS name in small letters", NULL};

static bool host_character(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':' ||
           c == '[' || c == ']';
}

/* "host:port"; an IPv6 address stands in brackets. */
static bool address_holds(struct span text)
{
    size_t colon = text.size;
    uint64_t port = 0;

    for (size_t i = 0; i < text.size; i++) {
        if (!host_character(text.data[i]))
            return false;
        if (text.data[i] == ':')
            colon = i;
    }
    return colon > 0 && colon < text.size &&
           number_read(span_part(text, colon + 1, text.size), &port) && port >= 1 && port <= 65535;
}
static const struct form_rule rule_address = {address_holds, "host:port", NULL};

#define PARTY_AT(member)          FORM_AT(struct pairing, party.member)
#define PARTY_LIST_AT(list, size) FORM_LIST_AT(struct pairing, party.list, party.size)

static const struct form_field pairing_fields[] = {
    {.name = "format",
     .kind = FORM_CHOICE,
     FORM_AT(struct pairing, format),
     FORM_NAMES(pairing_format_names),
     .about = "This format."},
    {.name = "training",
     .kind = FORM_BOOLEAN,
     FORM_AT(struct pairing, is_training),
     .about = "Keys of an exercise, for fictional data only."},
    {.name = "party",
     .kind = FORM_TEXT,
     PARTY_AT(party),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "The party's name in origins and key names."},
    {.name = "state",
     .kind = FORM_TEXT,
     PARTY_AT(state),
     .min = 1,
     .max = 100,
     .about = "The state, as people call it."},
    {.name = "status",
     .kind = FORM_CHOICE,
     PARTY_AT(status),
     .names = party_status_names,
     .name_count = PARTY_STATUS_COUNT,
     .about = "Member of the European Union, or a third country to it."},
    {.name = "certificate",
     .kind = FORM_TEXT,
     PARTY_AT(certificate_pem),
     .min = 1,
     .max = CERTIFICATE_SIZE_MAX,
     .about = "The institution's certificate, PEM."},
    {.name = "log_key",
     .kind = FORM_HEX,
     PARTY_AT(log_key),
     .max = SIGNATURE_PUBLIC_SIZE,
     .about = "Ed25519 public key of the node's logs."},
    {.name = "custody_key",
     .kind = FORM_HEX,
     PARTY_AT(custody_key),
     .max = SIGNATURE_PUBLIC_SIZE,
     .about = "Ed25519 public key that gives custody."},
    {.name = "witness_key",
     .kind = FORM_HEX,
     PARTY_AT(witness_key),
     .max = SIGNATURE_PUBLIC_SIZE,
     .about = "Ed25519 public key that witnesses the partner's domestic log."},
    {.name = "sealing_key",
     .kind = FORM_HEX,
     PARTY_AT(sealing_key),
     .max = AGREE_PUBLIC_SIZE,
     .about = "P-256 public key, uncompressed, to which posts are sealed."},
    {.name = "tls_name",
     .kind = FORM_TEXT,
     FORM_AT(struct pairing, tls_name),
     .min = 1,
     .max = 253,
     .rule = &rule_dns_name,
     .about = "The name in the node's TLS certificate."},
    {.name = "address",
     .kind = FORM_TEXT,
     .is_optional = true,
     FORM_AT(struct pairing, address),
     .min = 1,
     .max = PAIRING_ADDRESS_SIZE_MAX,
     .rule = &rule_address,
     .about = "Where the node is reached; absent when it opens every connection itself."},
    {.name = "contact",
     .kind = FORM_TEXT,
     PARTY_AT(contact),
     .min = 1,
     .max = 200,
     .about = "Where the desk is reached by day and night when the line is down."},
    {.name = "fallback",
     .kind = FORM_TEXT,
     .is_optional = true,
     PARTY_AT(fallback),
     .min = 1,
     .max = 200,
     .about = "The channel for what is urgent when nobody answers there either."},
    {.name = "time_zone",
     .kind = FORM_TEXT,
     PARTY_AT(time_zone),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .about = "IANA time zone."},
    {.name = "languages",
     .kind = FORM_TEXTS,
     PARTY_LIST_AT(languages, language_count),
     .min = 1,
     .max = 24,
     .text_max = 2,
     .rule = &form_rule_language,
     .about = "Languages it accepts, ISO 639-1."},
    {.name = "authorities",
     .kind = FORM_OBJECTS,
     PARTY_LIST_AT(authorities, authority_count),
     .min = 1,
     .max = AGREEMENT_AUTHORITY_MAX,
     .form = &authority_form,
     .about = "Its competent authorities."},
};

/* An ephemeral agreement with the key shows whether it is a point of the curve. */
static bool sealing_key_is_point(const uint8_t key[AGREE_PUBLIC_SIZE])
{
    static const uint8_t one[AGREE_PRIVATE_SIZE] = {[AGREE_PRIVATE_SIZE - 1] = 1};
    uint8_t shared[AGREE_SHARED_SIZE];
    struct error ignored = {0};

    return agree_shared(one, key, shared, &ignored);
}

static bool keys_differ(const struct agreement_party *party)
{
    return memcmp(party->log_key, party->custody_key, SIGNATURE_PUBLIC_SIZE) != 0 &&
           memcmp(party->log_key, party->witness_key, SIGNATURE_PUBLIC_SIZE) != 0 &&
           memcmp(party->custody_key, party->witness_key, SIGNATURE_PUBLIC_SIZE) != 0;
}

static void pairing_check(const struct json_object *object, const void *value)
{
    const struct pairing *pairing = value;
    const struct agreement_party *party = &pairing->party;
    uint8_t fingerprint[DIGEST_SIZE];
    struct error ignored = {0};

    if (!certificate_fingerprint(party->certificate_pem, fingerprint, &ignored))
        form_problem(object, "certificate", ERROR_INPUT, "is no certificate in PEM");
    if (!sealing_key_is_point(party->sealing_key))
        form_problem(object, "sealing_key", ERROR_INPUT, "is no point of P-256");
    if (!keys_differ(party))
        form_problem(object, "log_key", ERROR_INPUT, "no key may serve two purposes");
}

const struct form pairing_form = {
    .name = "pairing",
    .about = "What a node tells its partner before there is an agreement; public.",
    .fields = pairing_fields,
    .count = ARRAY_COUNT(pairing_fields),
    .size = sizeof(struct pairing),
    .check = pairing_check,
};

bool pairing_read(struct span file, struct arena *arena, struct pairing *out,
                  struct problems *problems)
{
    if (file.size > PAIRING_SIZE_MAX)
        return problems_add(problems, "", ERROR_LIMIT, "a pairing file has at most %u bytes",
                            PAIRING_SIZE_MAX);
    return form_read(&pairing_form, file, arena, out, problems);
}

bool pairing_write(const struct pairing *pairing, struct buffer *out)
{
    return form_write(&pairing_form, pairing, out);
}

/* Crockford's digits: no I, L, O or U, so that nobody mishears or misreads one. */
static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

bool pairing_fingerprint(const struct pairing *pairing, char out[PAIRING_FINGERPRINT_SIZE],
                         struct error *err)
{
    struct buffer bytes CLEANUP(buffer_free) = buffer_make(PAIRING_SIZE_MAX);
    uint8_t digest[DIGEST_SIZE];
    size_t at = 0;

    if (!pairing_write(pairing, &bytes))
        return error_set(err, ERROR_LIMIT, "a pairing file has at most %u bytes", PAIRING_SIZE_MAX);
    digest_sha256(buffer_span(&bytes), digest);
    for (unsigned bit = 0; bit < PAIRING_FINGERPRINT_BITS; bit += 5) {
        unsigned pair = (unsigned)digest[bit / 8] << 8 | digest[bit / 8 + 1];
        if (bit > 0 && bit % 20 == 0)
            out[at++] = '-';
        out[at++] = digits[pair >> (11 - bit % 8) & 31];
    }
    out[at] = '\0';
    return true;
}

/* A typed character as a digit of the alphabet; 0 when it is a separator. */
static char digit_of(uint8_t c)
{
    if (c == ' ' || c == '-')
        return 0;
    switch (toupper(c)) {
    case 'O':
        return '0';
    case 'I':
    case 'L':
        return '1';
    default:
        return (char)toupper(c);
    }
}

bool pairing_fingerprint_is(const char *fingerprint, struct span typed)
{
    size_t at = 0;

    for (size_t i = 0; i < typed.size; i++) {
        char digit = digit_of(typed.data[i]);
        if (digit == 0)
            continue;
        if (fingerprint[at] == '-')
            at++;
        if (fingerprint[at] == '\0' || fingerprint[at] != digit)
            return false;
        at++;
    }
    return fingerprint[at] == '\0';
}

static const struct form_field secret_fields[] = {
    {.name = "format",
     .kind = FORM_CHOICE,
     FORM_AT(struct pairing_secret, format),
     FORM_NAMES(secret_format_names),
     .about = "This format."},
    {.name = "party",
     .kind = FORM_TEXT,
     FORM_AT(struct pairing_secret, party),
     .min = 1,
     .max = NAME_SIZE_MAX,
     .rule = &form_rule_identifier,
     .about = "Whose half it is."},
    {.name = "half",
     .kind = FORM_HEX,
     FORM_AT(struct pairing_secret, half),
     .max = PAIRING_HALF_SIZE,
     .about = "Random; secret."},
    {.name = "made_at",
     .kind = FORM_TIME,
     FORM_AT(struct pairing_secret, made_at_ms),
     .about = "When it was made; days count from the later half."},
};

const struct form pairing_secret_form = {
    .name = "pairing_secret",
    .about = "One side's half of the first pre-shared key; travels apart from the pairing file.",
    .fields = secret_fields,
    .count = ARRAY_COUNT(secret_fields),
    .size = sizeof(struct pairing_secret),
};

bool pairing_secret_read(struct span file, struct arena *arena, struct pairing_secret *out,
                         struct problems *problems)
{
    if (file.size > PAIRING_SECRET_SIZE_MAX)
        return problems_add(problems, "", ERROR_LIMIT, "a secret file has at most %u bytes",
                            PAIRING_SECRET_SIZE_MAX);
    return form_read(&pairing_secret_form, file, arena, out, problems);
}

bool pairing_secret_write(const struct pairing_secret *secret, struct buffer *out)
{
    return form_write(&pairing_secret_form, secret, out);
}

static int span_order(struct span a, struct span b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size == 0 ? 0 : memcmp(a.data, b.data, size);

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

bool pairing_is_first(const struct pairing *a, const struct pairing *b)
{
    if (a->party.status != b->party.status)
        return a->party.status == PARTY_EU_MEMBER;
    return span_order(a->party.party, b->party.party) < 0;
}

bool pairing_join(const struct pairing *own, const struct pairing_secret *own_secret,
                  const struct pairing *partner, const struct pairing_secret *partner_secret,
                  struct pairing_result *out, struct error *err)
{
    bool own_first = pairing_is_first(own, partner);
    const struct pairing *first = own_first ? own : partner;
    const struct pairing *second = own_first ? partner : own;
    const struct pairing_secret *halves[2] = {own_first ? own_secret : partner_secret,
                                              own_first ? partner_secret : own_secret};
    struct buffer key CLEANUP(buffer_free) = buffer_make(256);
    struct buffer info CLEANUP(buffer_free) = buffer_make(256);

    if (span_equal(own->party.party, partner->party.party))
        return error_set(err, ERROR_INPUT, "the pairing file is our own: '%.*s'",
                         SPAN_ARG(own->party.party));
    if (!span_equal(partner->party.party, partner_secret->party) ||
        !span_equal(own->party.party, own_secret->party))
        return error_set(err, ERROR_INPUT,
                         "the secret file is that of '%.*s', the pairing file that of '%.*s'",
                         SPAN_ARG(partner_secret->party), SPAN_ARG(partner->party.party));
    if (!training_check_pair(own, partner, err))
        return false;
    snprintf(out->agreement, sizeof out->agreement, "%.*s-%.*s", SPAN_ARG(first->party.party),
             SPAN_ARG(second->party.party));
    if (strlen(out->agreement) > NAME_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "the two names are too long for one agreement");
    for (size_t i = 0; i < 2; i++)
        buffer_add(&key, span_make(halves[i]->half, PAIRING_HALF_SIZE));
    buffer_format(&info, "besa-psk-0 %s", out->agreement);
    digest_hkdf(span_make(NULL, 0), buffer_span(&key), buffer_span(&info), out->psk,
                sizeof out->psk);
    secret_wipe(key.data, key.size);
    out->paired_at_ms = own_secret->made_at_ms > partner_secret->made_at_ms
                            ? own_secret->made_at_ms
                            : partner_secret->made_at_ms;
    return true;
}
