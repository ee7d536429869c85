"""The functions that the printed script defines before its first command: waiting, and deploying one stack."""

from __future__ import annotations

# `aws cloudformation deploy` gives up after an hour (https://github.com/aws/aws-cli/issues/6905), while the update goes
# on. CloudFormation waits for a service's deployment for 36 hours at most, which is the longest wait here
# (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-service-linearconfiguration.html).
# `aws ecs wait tasks-stopped` gives up after ten minutes, and a migration may take longer: a day at most. After each
# wait the task's status is read, so that any other failure ends the script.
# A stack in REVIEW_IN_PROGRESS has a change set and nothing else; one whose creation failed has no resources left, but
# must be deleted before it can be created:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
FUNCTIONS = """\
stack_status() {
  aws cloudformation describe-stacks --stack-name "$1" --query 'Stacks[0].StackStatus' --output text 2>/dev/null ||
    echo NONE
}
wait_while_busy() {
  MINUTES=0
  while test "$MINUTES" -lt 2160; do
    case "$(stack_status "$1")" in
      REVIEW_IN_PROGRESS) return 0 ;;
      *_IN_PROGRESS) ;;
      *) return 0 ;;
    esac
    test "$MINUTES" -gt 0 || echo "==> An update of $1 is in progress: waiting for it to end"
    sleep 60
    MINUTES=$((MINUTES + 1))
  done
}
stack_exists() {
  wait_while_busy "$1"
  case "$(stack_status "$1")" in NONE | REVIEW_IN_PROGRESS | ROLLBACK_COMPLETE) false ;; esac
}
deploy_stack() {
  STACK=$1
  shift
  wait_while_busy "$STACK"
  if test "$(stack_status "$STACK")" = ROLLBACK_COMPLETE; then
    echo "==> Removing $STACK, whose creation failed"
    aws cloudformation delete-stack --stack-name "$STACK"
    aws cloudformation wait stack-delete-complete --stack-name "$STACK"
  fi
  aws cloudformation deploy --stack-name "$STACK" --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset "$@" || {
    FAILED=$?
    case "$(stack_status "$STACK")" in
      REVIEW_IN_PROGRESS) return "$FAILED" ;;
      *_IN_PROGRESS) wait_while_busy "$STACK" ;;
      *) return "$FAILED" ;;
    esac
    case "$(stack_status "$STACK")" in
      CREATE_COMPLETE | UPDATE_COMPLETE) echo "==> $STACK is deployed" ;;
      *) return "$FAILED" ;;
    esac
  }
}
wait_for_task() {
  TRY=0
  until aws ecs wait tasks-stopped --cluster "$1" --tasks "$2"; do
    TRY=$((TRY + 1))
    STATUS=$(aws ecs describe-tasks --cluster "$1" --tasks "$2" --query 'tasks[0].lastStatus' --output text)
    echo "==> The release step has not ended: $STATUS"
    test "$TRY" -lt 144 || return 1
  done
}"""
