"""Names of shapes in `/openapi.json` that differ from their class names.

Generated clients name their types after them, so renaming a class must not rename its shape.
"""

from collections.abc import Mapping

PUBLISHED_NAMES: Mapping[str, str] = {
    "AddressForm": "Address",
    "AuditAction": "Deed",
    "AuditActorShape": "Doer",
    "AuditEntriesShape": "Lines",
    "AuditEntryShape": "Line",
    "ConversationStatus": "Status",
    "CustomerArchiveFilter": "State",
    "EmptyObject": "Nothing",
    "EventShape": "Event",
    "HealthShape": "Alive",
    "HoursPreview": "Outlook",
    "LabelForm": "Change",
    "LinkSecret": "Invitation",
    "PairingMode": "Mode",
    "PairingRules": "Policy",
    "PasswordForm": "NewPassword",
    "Percentiles": "Spread",
    "PeriodFigures": "Figures",
    "PeriodSlice": "Hour",
    "PromiseFigures": "Promises",
    "ProofResult": "Finding",
    "QueuedLetter": "Mailed",
    "RatingFigures": "Rating",
    "ReadMarks": "Marks",
    "ReferenceClaim": "Claim",
    "SendTranscriptForm": "Sending",
    "SignInForm": "Credentials",
    "SignInShape": "SignIn",
    "SignInWays": "Ways",
    "SignOutForm": "Leaving",
    "TechnicianFigures": "Share",
    "TechniciansShape": "Technicians",
    "VerificationShape": "Checked",
}
