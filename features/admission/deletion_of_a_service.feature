@extended
Feature: A service that the webhook rejects cannot be deleted
  KServe gives each service a finalizer, so a deleted service exists until the controller removes it. That is an update,
  which the webhook checks: of a service that it rejects, the finalizer stays, and the deletion never ends. Since v0.17.0
  the deployment mode is not checked any more while a service is being deleted, and since v0.19.0 nothing is.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  @rule-deletion-checks-service @needs-deletion
  Scenario: A service that was accepted can be deleted
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    When deletion of the service is requested
    Then the service is gone

  @rule-deletion-checks-mode @needs-deletion @since-0.16.0 @until-0.16.0
  Scenario Outline: A service annotated with <mode> cannot be deleted in v0.16.0
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {serving.kserve.io/deploymentMode: <mode>}}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then it runs on ClusterServingRuntime "model-server"
    When deletion of the service is requested
    Then the service is never gone: "deploymentMode cannot be changed from '<recorded>' to '<mode>'"

    Examples:
      | mode          | recorded |
      | RawDeployment | Standard |
      | Serverless    | Knative  |

  @rule-deletion-checks-mode @needs-deletion @needs-default-mode @since-0.15.2 @until-0.16.0
  Scenario: A service annotated with an unknown mode cannot be deleted
    Given the default deployment mode is "RawDeployment"
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {serving.kserve.io/deploymentMode: standard}}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then it runs on ClusterServingRuntime "model-server"
    When deletion of the service is requested
    Then the service is never gone: "deploymentMode cannot be changed"

  @rule-deletion-checks-mode @needs-deletion @needs-default-mode @since-0.17.0
  Scenario: A service annotated with an unknown mode can be deleted
    Given the default deployment mode is "RawDeployment"
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {serving.kserve.io/deploymentMode: standard}}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then the service is accepted
    When deletion of the service is requested
    Then the service is gone

  @rule-deletion-checks-service @needs-deletion
  Scenario Outline: A stored service with invalid replicas is <answer> <when>
    Given this service is stored without passing any webhook
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          minReplicas: -1
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    When deletion of the service is requested
    Then the service is <answer>

    @until-0.18.1
    Examples: Everything is checked
      | answer                               | when           |
      | never gone: "cannot be less than 0"  | before v0.19.0 |

    @since-0.19.0
    Examples: Nothing is checked
      | answer | when          |
      | gone   | since v0.19.0 |
