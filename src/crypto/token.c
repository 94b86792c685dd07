/*
 * Token: see token.h. libp11 speaks to the module and gives OpenSSL a key whose signatures the token makes; p11-kit reads
 * and matches the URI. OpenSSL's own pkcs11 engine stands on the same libp11, but takes the first of two keys that bear
 * one label, where a person has to decide, and hangs on an interface that OpenSSL has given up.
 */
#include "crypto/token.h"

#include "base/attributes.h"
#include "base/text.h"
#include "crypto/pki.h"
#include "crypto/secret.h"
#include "crypto/token_uri.h"

#include <stdio.h>
#include <stdlib.h>

#include <libp11.h>
#include <openssl/err.h>

#define URI_SIZE_MAX 1024u /* a path and four names */

struct token {
    P11KitUri *uri;
    PKCS11_CTX *module;
    bool is_loaded;
    PKCS11_SLOT *slots;
    unsigned slot_count;
    EVP_PKEY *key;
};

void token_close(struct token **token)
{
    struct token *gone = *token;

    *token = NULL;
    if (gone == NULL)
        return;
    EVP_PKEY_free(gone->key);
    if (gone->slots != NULL)
        PKCS11_release_all_slots(gone->module, gone->slots, gone->slot_count);
    if (gone->is_loaded)
        PKCS11_CTX_unload(gone->module);
    if (gone->module != NULL)
        PKCS11_CTX_free(gone->module);
    p11_kit_uri_free(gone->uri);
    free(gone);
    ERR_clear_error();
}

/* --- the URI --- */

/* A PIN in the URI would stand in the list of processes and in the shell's history. */
static bool uri_check(P11KitUri *uri, struct error *err)
{
    const char *module = p11_kit_uri_get_module_path(uri);

    if (p11_kit_uri_any_unrecognized(uri))
        return error_set(err, ERROR_INPUT, "the token's URI says what is not known here");
    if (p11_kit_uri_get_pin_value(uri) != NULL || p11_kit_uri_get_pin_source(uri) != NULL)
        return error_set(err, ERROR_INPUT,
                         "a token's URI must not carry its PIN: name a file, or type it");
    if (module == NULL || module[0] != '/')
        return error_set(err, ERROR_INPUT,
                         "the token's URI must end with ?module-path=/... (the vendor's module)");
    if (p11_kit_uri_get_attribute(uri, CKA_LABEL) == NULL &&
        p11_kit_uri_get_attribute(uri, CKA_ID) == NULL)
        return error_set(err, ERROR_INPUT, "the token's URI must name the key: object= or id=");
    return true;
}

bool token_uri_parse(struct span text, P11KitUri **out, struct error *err)
{
    char copy[URI_SIZE_MAX + 1];

    if (text.size == 0 || text.size > URI_SIZE_MAX || memchr(text.data, '\0', text.size) != NULL)
        return error_set(err, ERROR_INPUT, "a token's URI has 1 to %u characters", URI_SIZE_MAX);
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    *out = p11_kit_uri_new();
    if (*out == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (p11_kit_uri_parse(copy, P11_KIT_URI_FOR_ANY, *out) != P11_KIT_URI_OK)
        return error_set(err, ERROR_INPUT, "the token's URI is malformed (RFC 7512)");
    return uri_check(*out, err);
}

/* --- the token --- */

/* PKCS#11 pads its names with blanks and ends them with nothing. */
static void name_pad(unsigned char *out, size_t size, const char *name)
{
    size_t length = name == NULL ? 0 : strnlen(name, size);

    memset(out, ' ', size);
    if (length > 0)
        memcpy(out, name, length);
}

static bool token_fits(P11KitUri *uri, const PKCS11_TOKEN *found)
{
    CK_TOKEN_INFO info = {.flags = 0};

    if (found == NULL || !found->initialized)
        return false;
    name_pad(info.label, sizeof info.label, found->label);
    name_pad(info.manufacturerID, sizeof info.manufacturerID, found->manufacturer);
    name_pad(info.model, sizeof info.model, found->model);
    name_pad(info.serialNumber, sizeof info.serialNumber, found->serialnr);
    return p11_kit_uri_match_token_info(uri, &info) != 0;
}

static bool module_load(struct token *token, struct error *err)
{
    token->module = PKCS11_CTX_new();
    if (token->module == NULL)
        return pki_failed(err, ERROR_LIMIT, "out of memory");
    if (PKCS11_CTX_load(token->module, p11_kit_uri_get_module_path(token->uri)) != 0)
        return pki_failed(err, ERROR_LINK, "the token's module cannot be loaded");
    token->is_loaded = true;
    if (PKCS11_enumerate_slots(token->module, &token->slots, &token->slot_count) != 0)
        return pki_failed(err, ERROR_LINK, "the token's module shows no slots");
    return true;
}

static PKCS11_SLOT *slot_find(struct token *token, struct error *err)
{
    PKCS11_SLOT *found = NULL;

    for (unsigned i = 0; i < token->slot_count; i++) {
        if (!token_fits(token->uri, token->slots[i].token))
            continue;
        if (found != NULL) {
            error_set(err, ERROR_INPUT, "several tokens fit the URI: name serial= too");
            return NULL;
        }
        found = &token->slots[i];
    }
    if (found == NULL)
        error_set(err, ERROR_MISSING, "the token of the URI is not there: is it plugged in?");
    return found;
}

static bool log_in(PKCS11_SLOT *slot, struct span pin, struct error *err)
{
    char copy[TOKEN_PIN_SIZE_MAX + 1];

    if (pin.size == 0 || pin.size > TOKEN_PIN_SIZE_MAX || memchr(pin.data, '\0', pin.size) != NULL)
        return error_set(err, ERROR_INPUT, "a token's PIN has 1 to %u characters",
                         TOKEN_PIN_SIZE_MAX);
    if (slot->token->userPinLocked)
        return error_set(err, ERROR_RULE, "the token is locked after wrong PINs");
    memcpy(copy, pin.data, pin.size);
    copy[pin.size] = '\0';
    bool ok = PKCS11_login(slot, 0, copy) == 0;
    secret_wipe(copy, sizeof copy);
    return ok || pki_failed(err, ERROR_INPUT, "the token refuses the PIN");
}

/* --- the key --- */

static bool attribute_is(const CK_ATTRIBUTE *wanted, const void *data, size_t size)
{
    return wanted == NULL ||
           (data != NULL && wanted->ulValueLen == size && memcmp(wanted->pValue, data, size) == 0);
}

static bool key_fits(P11KitUri *uri, const PKCS11_KEY *key)
{
    return attribute_is(p11_kit_uri_get_attribute(uri, CKA_LABEL), key->label,
                        key->label == NULL ? 0 : strlen(key->label)) &&
           attribute_is(p11_kit_uri_get_attribute(uri, CKA_ID), key->id, key->id_len);
}

static PKCS11_KEY *key_find(struct token *token, PKCS11_SLOT *slot, struct error *err)
{
    PKCS11_KEY *keys = NULL;
    PKCS11_KEY *found = NULL;
    unsigned count = 0;

    if (PKCS11_enumerate_keys(slot->token, &keys, &count) != 0) {
        pki_failed(err, ERROR_LINK, "the token does not list its keys");
        return NULL;
    }
    for (unsigned i = 0; i < count; i++) {
        if (!key_fits(token->uri, &keys[i]))
            continue;
        if (found != NULL) {
            error_set(err, ERROR_INPUT, "several keys of the token fit the URI: name id= too");
            return NULL;
        }
        found = &keys[i];
    }
    if (found == NULL)
        error_set(err, ERROR_INPUT, "the token holds no private key that fits the URI");
    return found;
}

static bool key_open(struct token *token, struct span pin, struct error *err)
{
    PKCS11_SLOT *slot = slot_find(token, err);

    if (slot == NULL || !log_in(slot, pin, err))
        return false;
    PKCS11_KEY *key = key_find(token, slot, err);
    if (key == NULL)
        return false;
    token->key = PKCS11_get_private_key(key);
    if (token->key == NULL)
        return pki_failed(err, ERROR_INPUT, "the token's key cannot be used");
    return pki_check_curve(token->key, err);
}

bool token_open(struct span uri, struct span pin, struct token **out, EVP_PKEY **key,
                struct error *err)
{
    struct token *token = calloc(1, sizeof *token);

    *out = token;
    *key = NULL;
    if (token == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!token_uri_parse(uri, &token->uri, err) || !module_load(token, err) ||
        !key_open(token, pin, err)) {
        token_close(out);
        return false;
    }
    *key = token->key;
    ERR_clear_error();
    return true;
}

bool token_uri_check(struct span uri, struct error *err)
{
    P11KitUri *parsed = NULL;

    bool ok = token_uri_parse(uri, &parsed, err);
    p11_kit_uri_free(parsed);
    return ok;
}
