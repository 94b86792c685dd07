/* Token signer: see token_signer.h. One session, one thread. */
#include "crypto/token_signer.h"

#include "base/attributes.h"
#include "crypto/secret.h"
#include "crypto/token_uri.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <p11-kit/p11-kit.h>

/* PKCS#11 3.0, for headers of 2.40. */
#define MECHANISM_MAKE    0x1055UL /* CKM_EC_EDWARDS_KEY_PAIR_GEN */
#define MECHANISM_SIGN    0x1057UL /* CKM_EDDSA */
#define KEY_KIND          0x40UL   /* CKK_EC_EDWARDS */

#define SLOT_COUNT_MAX    64
#define POINT_SIZE_MAX    256
#define SIGN_MESSAGE_SIZE 8192 /* more than any checkpoint */
#define FOUND_COUNT_MAX   2    /* two are one too many */

static uint8_t curve[] = {0x06, 0x03, 0x2b, 0x65, 0x70}; /* OID 1.3.101.112 */

struct token_signer {
    P11KitUri *uri;
    CK_FUNCTION_LIST *module;
    CK_SESSION_HANDLE session;
    bool has_session;
};

/* Always false. */
static bool failed(struct error *err, enum error_kind kind, const char *what, CK_RV code)
{
    return error_set(err, kind, "%s (%s)", what, p11_kit_strerror(code));
}

void token_signer_close(struct token_signer **signer)
{
    struct token_signer *gone = *signer;

    *signer = NULL;
    if (gone == NULL)
        return;
    if (gone->has_session) {
        gone->module->C_Logout(gone->session);
        gone->module->C_CloseSession(gone->session);
    }
    if (gone->module != NULL) {
        p11_kit_module_finalize(gone->module);
        p11_kit_module_release(gone->module);
    }
    p11_kit_uri_free(gone->uri);
    free(gone);
}

/* --- the token --- */

static const CK_ATTRIBUTE *prefix_of(P11KitUri *uri)
{
    return p11_kit_uri_get_attribute(uri, CKA_LABEL);
}

static bool uri_read(struct span text, P11KitUri **out, struct error *err)
{
    if (!token_uri_parse(text, out, err))
        return false;
    return prefix_of(*out) != NULL ||
           error_set(err, ERROR_INPUT, "the token's URI must name the keys' prefix: object=");
}

bool token_signer_uri_check(struct span uri, struct error *err)
{
    P11KitUri *parsed = NULL;

    bool ok = uri_read(uri, &parsed, err);
    p11_kit_uri_free(parsed);
    return ok;
}

bool token_signer_module(struct span uri, char *out, size_t size, struct error *err)
{
    P11KitUri *parsed = NULL;

    bool ok = uri_read(uri, &parsed, err);
    if (ok && snprintf(out, size, "%s", p11_kit_uri_get_module_path(parsed)) >= (int)size)
        ok = error_set(err, ERROR_LIMIT, "the module's path is too long");
    p11_kit_uri_free(parsed);
    return ok;
}

static bool module_load(struct token_signer *signer, struct error *err)
{
    signer->module = p11_kit_module_load(p11_kit_uri_get_module_path(signer->uri), 0);
    if (signer->module == NULL)
        return error_set(err, ERROR_LINK, "the token's module cannot be loaded");
    CK_RV code = p11_kit_module_initialize(signer->module);
    return code == CKR_OK || failed(err, ERROR_LINK, "the token's module does not start", code);
}

static bool slot_find(struct token_signer *signer, CK_SLOT_ID *out, CK_TOKEN_INFO *info,
                      struct error *err)
{
    CK_SLOT_ID slots[SLOT_COUNT_MAX];
    CK_ULONG count = SLOT_COUNT_MAX;
    size_t found = 0;

    CK_RV code = signer->module->C_GetSlotList(CK_TRUE, slots, &count);
    if (code != CKR_OK)
        return failed(err, ERROR_LINK, "the token's module shows no slots", code);
    for (CK_ULONG i = 0; i < count; i++) {
        CK_TOKEN_INFO one;
        if (signer->module->C_GetTokenInfo(slots[i], &one) != CKR_OK ||
            (one.flags & CKF_TOKEN_INITIALIZED) == 0 ||
            p11_kit_uri_match_token_info(signer->uri, &one) == 0)
            continue;
        *out = slots[i];
        *info = one;
        found++;
    }
    if (found == 0)
        return error_set(err, ERROR_MISSING,
                         "the token of the URI is not there: is it plugged in?");
    return found == 1 ||
           error_set(err, ERROR_INPUT, "several tokens fit the URI: name serial= too");
}

static bool knows_ed25519(struct token_signer *signer, CK_SLOT_ID slot, struct error *err)
{
    CK_MECHANISM_INFO info;

    return signer->module->C_GetMechanismInfo(slot, MECHANISM_SIGN, &info) == CKR_OK ||
           error_set(err, ERROR_LINK, "the token does not sign with Ed25519");
}

/* One wrong PIN of ours at most, however often the node starts. */
static bool log_in(struct token_signer *signer, const CK_TOKEN_INFO *info, struct span pin,
                   struct error *err)
{
    char copy[TOKEN_PIN_SIZE_MAX];

    if (pin.size == 0 || pin.size > sizeof copy)
        return error_set(err, ERROR_INPUT, "a token's PIN has 1 to %u characters",
                         TOKEN_PIN_SIZE_MAX);
    if ((info->flags & CKF_USER_PIN_LOCKED) != 0)
        return error_set(err, ERROR_RULE, "the token is locked after wrong PINs");
    if ((info->flags & (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY)) != 0)
        return error_set(err, ERROR_RULE,
                         "the token was given a wrong PIN: mend the PIN's file, then log in once "
                         "with the token's own tool; until then the node leaves it alone");
    memcpy(copy, pin.data, pin.size);
    CK_RV code = signer->module->C_Login(signer->session, CKU_USER, (unsigned char *)copy,
                                         (CK_ULONG)pin.size);
    secret_wipe(copy, sizeof copy);
    return code == CKR_OK || failed(err, ERROR_INPUT, "the token refuses the PIN", code);
}

static bool session_begin(struct token_signer *signer, struct span pin, struct error *err)
{
    CK_SLOT_ID slot = 0;
    CK_TOKEN_INFO info = {.flags = 0};

    if (!slot_find(signer, &slot, &info, err) || !knows_ed25519(signer, slot, err))
        return false;
    CK_RV code = signer->module->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL,
                                               NULL, &signer->session);
    if (code != CKR_OK)
        return failed(err, ERROR_LINK, "the token opens no session", code);
    signer->has_session = true;
    return log_in(signer, &info, pin, err);
}

bool token_signer_open(struct span uri, struct span pin, struct token_signer **out,
                       struct error *err)
{
    struct token_signer *signer = calloc(1, sizeof *signer);

    *out = signer;
    if (signer == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (uri_read(uri, &signer->uri, err) && module_load(signer, err) &&
        session_begin(signer, pin, err))
        return true;
    token_signer_close(out);
    return false;
}

/* --- keys --- */

static bool label_make(struct token_signer *signer, const char *label, char out[TOKEN_LABEL_SIZE],
                       struct error *err)
{
    const CK_ATTRIBUTE *prefix = prefix_of(signer->uri);
    int size = snprintf(out, TOKEN_LABEL_SIZE, "%.*s %s", (int)prefix->ulValueLen,
                        (const char *)prefix->pValue, label);

    return (size > 0 && size < TOKEN_LABEL_SIZE) ||
           error_set(err, ERROR_INPUT, "object= of the token's URI is too long");
}

/* Handles of this class under this label; two stand for more. */
static bool handles_find(struct token_signer *signer, CK_OBJECT_CLASS kind, char *label,
                         CK_OBJECT_HANDLE out[FOUND_COUNT_MAX], CK_ULONG *count, struct error *err)
{
    CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &kind, sizeof kind},
                             {CKA_LABEL, label, (CK_ULONG)strlen(label)}};

    *count = 0;
    CK_RV code = signer->module->C_FindObjectsInit(signer->session, wanted, ARRAY_COUNT(wanted));
    if (code == CKR_OK) {
        code = signer->module->C_FindObjects(signer->session, out, FOUND_COUNT_MAX, count);
        signer->module->C_FindObjectsFinal(signer->session);
    }
    return code == CKR_OK || failed(err, ERROR_LINK, "the token does not list its keys", code);
}

static bool handle_find(struct token_signer *signer, CK_OBJECT_CLASS kind, char *label,
                        CK_OBJECT_HANDLE *out, struct error *err)
{
    CK_OBJECT_HANDLE found[FOUND_COUNT_MAX];
    CK_ULONG count = 0;

    if (!handles_find(signer, kind, label, found, &count, err))
        return false;
    *out = found[0];
    if (count == 0)
        return error_set(err, ERROR_MISSING, "the token holds no key '%s'", label);
    return count == 1 || error_set(err, ERROR_INPUT, "the token holds several keys '%s'", label);
}

static bool key_kind_is(struct token_signer *signer, CK_OBJECT_HANDLE key)
{
    CK_KEY_TYPE kind = 0;
    CK_ATTRIBUTE asked = {CKA_KEY_TYPE, &kind, sizeof kind};

    return signer->module->C_GetAttributeValue(signer->session, key, &asked, 1) == CKR_OK &&
           kind == KEY_KIND;
}

static bool flag_is(struct token_signer *signer, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE name,
                    CK_BBOOL wanted)
{
    CK_BBOOL found = !wanted;
    CK_ATTRIBUTE asked = {name, &found, sizeof found};

    return signer->module->C_GetAttributeValue(signer->session, key, &asked, 1) == CKR_OK &&
           found == wanted;
}

/* Whoever could copy the key could sign in the node's name elsewhere. */
static bool stays_inside(struct token_signer *signer, CK_OBJECT_HANDLE key)
{
    return flag_is(signer, key, CKA_SENSITIVE, CK_TRUE) &&
           flag_is(signer, key, CKA_EXTRACTABLE, CK_FALSE) &&
           flag_is(signer, key, CKA_ALWAYS_SENSITIVE, CK_TRUE) &&
           flag_is(signer, key, CKA_NEVER_EXTRACTABLE, CK_TRUE);
}

/* Bare, or wrapped as an OCTET STRING: modules differ. */
static bool point_read(struct token_signer *signer, CK_OBJECT_HANDLE key,
                       uint8_t out[SIGNATURE_PUBLIC_SIZE], struct error *err)
{
    uint8_t point[POINT_SIZE_MAX];
    CK_ATTRIBUTE asked = {CKA_EC_POINT, point, sizeof point};

    CK_RV code = signer->module->C_GetAttributeValue(signer->session, key, &asked, 1);
    if (code != CKR_OK)
        return failed(err, ERROR_LINK, "the token does not show a public key", code);
    size_t head = asked.ulValueLen == SIGNATURE_PUBLIC_SIZE + 2 && point[0] == 0x04 &&
                          point[1] == SIGNATURE_PUBLIC_SIZE
                      ? 2
                      : 0;
    if (asked.ulValueLen != SIGNATURE_PUBLIC_SIZE + head)
        return error_set(err, ERROR_INPUT, "a public key of the token is none of Ed25519");
    memcpy(out, point + head, SIGNATURE_PUBLIC_SIZE);
    return true;
}

bool token_signer_find(struct token_signer *signer, const char *label, struct token_key *out,
                       struct error *err)
{
    char name[TOKEN_LABEL_SIZE];
    CK_OBJECT_HANDLE public_handle = 0;
    CK_OBJECT_HANDLE private_handle = 0;

    if (!label_make(signer, label, name, err) ||
        !handle_find(signer, CKO_PRIVATE_KEY, name, &private_handle, err) ||
        !handle_find(signer, CKO_PUBLIC_KEY, name, &public_handle, err) ||
        !point_read(signer, public_handle, out->public_key, err))
        return false;
    out->private_handle = private_handle;
    if (!key_kind_is(signer, private_handle))
        return error_set(err, ERROR_INPUT, "the token's key '%s' is none of Ed25519", name);
    return stays_inside(signer, private_handle) ||
           error_set(err, ERROR_RULE, "the token's key '%s' can be read out of it, or once could",
                     name);
}

bool token_signer_make(struct token_signer *signer, const char *label, struct token_key *out,
                       struct error *err)
{
    char name[TOKEN_LABEL_SIZE];
    CK_OBJECT_HANDLE found[FOUND_COUNT_MAX];
    CK_ULONG count = 0;
    CK_BBOOL yes = CK_TRUE;
    CK_BBOOL no = CK_FALSE;
    CK_MECHANISM mechanism = {.mechanism = MECHANISM_MAKE};

    if (!label_make(signer, label, name, err) ||
        !handles_find(signer, CKO_PRIVATE_KEY, name, found, &count, err))
        return false;
    if (count > 0)
        return error_set(err, ERROR_CONFLICT, "the token holds a key '%s' already", name);
    CK_ATTRIBUTE of_public[] = {{CKA_TOKEN, &yes, sizeof yes},
                                {CKA_VERIFY, &yes, sizeof yes},
                                {CKA_EC_PARAMS, curve, sizeof curve},
                                {CKA_LABEL, name, (CK_ULONG)strlen(name)}};
    CK_ATTRIBUTE of_private[] = {
        {CKA_TOKEN, &yes, sizeof yes},     {CKA_PRIVATE, &yes, sizeof yes},
        {CKA_SIGN, &yes, sizeof yes},      {CKA_DECRYPT, &no, sizeof no},
        {CKA_UNWRAP, &no, sizeof no},      {CKA_SENSITIVE, &yes, sizeof yes},
        {CKA_EXTRACTABLE, &no, sizeof no}, {CKA_LABEL, name, (CK_ULONG)strlen(name)}};
    CK_RV code = signer->module->C_GenerateKeyPair(signer->session, &mechanism, of_public,
                                                   ARRAY_COUNT(of_public), of_private,
                                                   ARRAY_COUNT(of_private), &found[0], &found[1]);
    if (code != CKR_OK)
        return failed(err, ERROR_LINK, "the token makes no key of Ed25519", code);
    return token_signer_find(signer, label, out, err);
}

bool token_signer_sign(struct token_signer *signer, const struct token_key *key,
                       struct span message, uint8_t out[SIGNATURE_SIZE], struct error *err)
{
    CK_MECHANISM mechanism = {.mechanism = MECHANISM_SIGN};
    CK_ULONG size = SIGNATURE_SIZE;
    uint8_t copy[SIGN_MESSAGE_SIZE];

    if (message.size > sizeof copy)
        return error_set(err, ERROR_LIMIT, "%zu bytes to sign; at most %d", message.size,
                         SIGN_MESSAGE_SIZE);
    memcpy(copy, message.data, message.size); /* the module's door is not const */
    CK_RV code = signer->module->C_SignInit(signer->session, &mechanism, key->private_handle);
    if (code == CKR_OK)
        code = signer->module->C_Sign(signer->session, copy, (CK_ULONG)message.size, out, &size);
    if (code != CKR_OK)
        return failed(err, ERROR_LINK, "the token does not sign", code);
    return (size == SIGNATURE_SIZE && signature_verify(key->public_key, message, out)) ||
           error_set(err, ERROR_BUG, "what the token signed does not hold under its key");
}
