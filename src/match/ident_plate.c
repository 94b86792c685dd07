/* Plates: the forms of tables/plates.tsv; look-alike characters are exchanged where the country's form wants the other. */
#include "match/ident_private.h"

#include "base/attributes.h"

#include "match/plates.inc"

#define PLATE_LEAST 4
#define PLATE_MOST  10
#define MEND_MOST   2 /* characters exchanged; more of them make any text fit */

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* The character as the form wants it; 0 when nothing that looks alike fits. */
static char fitted(char have, char want)
{
    if (want == 'A')
        return is_letter(have) ? have : ident_twin_letter(have);
    return is_letter(have) ? ident_twin_digit(have) : have;
}

/* Writes `value` as `form` into `out`; false when it does not fit. *mended: how many were exchanged. */
static bool form_fit(const char *value, const char *form, char *out, size_t *mended)
{
    size_t size = strlen(form);

    *mended = 0;
    if (strlen(value) != size)
        return false;
    for (size_t i = 0; i < size; i++) {
        out[i] = fitted(value[i], form[i]);
        if (out[i] == 0)
            return false;
        *mended += out[i] != value[i];
    }
    out[size] = 0;
    return true;
}

/* The country's form that wants the fewest exchanges; false when none fits. */
static bool country_fit(const char *value, const char *country, struct ident *out)
{
    size_t least = MEND_MOST + 1;
    char text[PLATE_MOST + 1];
    size_t mended;

    for (size_t i = 0; i < ARRAY_COUNT(plates_table); i++) {
        if (strcmp(plates_table[i][0], country) != 0 ||
            !form_fit(value, plates_table[i][1], text, &mended) || mended >= least)
            continue;
        least = mended;
        memcpy(out->value, text, strlen(text) + 1);
    }
    out->is_formed = least <= MEND_MOST;
    out->is_mended = least <= MEND_MOST && least > 0;
    return least <= MEND_MOST;
}

/* "AL AA 123 BB": the country's letters stand before what is a plate of that country as written. */
static bool prefixed_fit(const char *value, const char *country, struct ident *out)
{
    const char prefix[3] = {value[0], value[1], 0};

    if (!is_country(prefix) || (is_country(country) && strcmp(country, prefix) != 0) ||
        !country_fit(value + 2, prefix, out) || out->is_mended)
        return false;
    ident_country_set(out, prefix);
    return true;
}

bool ident_read_plate(struct span text, const char *country, struct ident *out)
{
    char value[PLATE_MOST + 3];
    size_t size;

    if (!ident_compact(text, value, sizeof value) || strpbrk(value, "0123456789") == NULL)
        return false;
    size = strlen(value);
    if (size < PLATE_LEAST)
        return false;
    if (is_country(country) && size <= PLATE_MOST && country_fit(value, country, out)) {
        ident_country_set(out, country);
        return true;
    }
    if (prefixed_fit(value, country, out))
        return true;
    if (size > PLATE_MOST)
        return false;
    *out = (struct ident){.kind = IDENT_PLATE};
    memcpy(out->value, value,
           size + 1); /* diplomats', the army's, a trailer's: another form, still a plate */
    ident_country_set(out, country);
    return true;
}
