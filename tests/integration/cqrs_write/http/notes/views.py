from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import AllowAny, IsAuthenticated

from cqrs_write.http import BulkCommandView, CommandView

from .commands import ChangeNote, GuardedNote, LoseNote, PostponeNote, RefuseNote, SlowNote, WriteNote
from .models import Note


class Open:
    """For everybody, and as often as they like."""

    permission_classes = [AllowAny]
    throttle_classes = []


class WriteNoteView(Open, CommandView):
    command_class = WriteNote
    problem_json = True


class NoteSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=10)


class LegacyNoteView(Open, CommandView):
    """With the words of a legacy endpoint."""

    command_class = WriteNote
    serializer_class = NoteSerializer

    def to_body(self, result):
        return {"written": result["text"]}


class RefuseNoteView(Open, CommandView):
    command_class = RefuseNote


class LoseNoteView(Open, CommandView):
    command_class = LoseNote


class PostponeNoteView(Open, CommandView):
    command_class = PostponeNote


class SlowNoteView(Open, CommandView):
    command_class = SlowNote


class KeyRequiredView(WriteNoteView):
    idempotency_key_required = True
    idempotency_hours = 1.0


class ChangeNoteView(Open, CommandView):
    """Change a note, upon the version that was seen."""

    command_class = ChangeNote
    serializer_class = NoteSerializer
    problem_json = True
    success_status = 200
    http_method_names = ["put"]
    put = CommandView.execute

    def to_command(self, request):
        note = get_object_or_404(Note, pk=self.kwargs["pk"])
        form = NoteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return ChangeNote(note=note.pk, **form.validated_data)

    def get_etag(self, request):
        note = Note.objects.select_for_update().filter(pk=self.kwargs["pk"]).first()
        return f"v{note.version}" if note else None


class ConditionalNoteView(ChangeNoteView):
    precondition_required = True


class GuardedNoteView(Open, CommandView):
    command_class = GuardedNote


class BulkNoteView(BulkCommandView):
    permission_classes = [IsAuthenticated]
    throttle_classes = []
    command_class = WriteNote
    max_commands = 100
