@extended
Feature: A service whose annotation is not the recorded deployment mode is locked
  The controller records the deployment mode of a service in its status. Since v0.15.2 the webhook then rejects every
  update in which the annotation differs from the record, even one that only adds a label. The record differs from the
  start if the annotation is a mode that the release does not know, which means the default, or, in v0.16.0, the old
  name of a mode: v0.16.0 renamed RawDeployment to Standard and Serverless to Knative, and records the new names.
  Until v0.16.0 such a service cannot be deleted either, because the removal of its finalizer is an update too. An
  update that sets the annotation to the recorded mode is accepted.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  @rule-mode-locks-service
  Scenario Outline: A service annotated with <mode> cannot be updated <when>
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
    When annotation "example.com/owner" of the service is set to "team-b"
    Then the service is rejected with "update rejected: deploymentMode cannot be changed from '<recorded>' to '<mode>'"
    When annotation "serving.kserve.io/deploymentMode" of the service is set to "<recorded>"
    Then the service is accepted

    @since-0.16.0 @until-0.16.0
    Examples: The old names in v0.16.0
      | mode          | recorded | when       |
      | RawDeployment | Standard | in v0.16.0 |
      | Serverless    | Knative  | in v0.16.0 |

  @rule-mode-locks-service @needs-default-mode
  Scenario Outline: A service annotated with <mode>, which is not a mode <when>, is recorded as the default
    Given the default deployment mode is "RawDeployment"
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
    When annotation "example.com/owner" of the service is set to "team-b"
    Then the service is rejected with "update rejected: deploymentMode cannot be changed from '<recorded>' to '<mode>'"
    When annotation "serving.kserve.io/deploymentMode" of the service is set to "<recorded>"
    Then the service is accepted

    @since-0.15.2 @until-0.15.2
    Examples: The new names before v0.16.0
      | mode     | recorded      | when       |
      | Standard | RawDeployment | in v0.15.2 |
      | Knative  | RawDeployment | in v0.15.2 |

    @since-0.16.0 @until-0.16.0
    Examples: A misspelt name
      | mode     | recorded | when       |
      | standard | Standard | in v0.16.0 |

  @rule-mode-locks-service
  Scenario Outline: A service annotated with <mode> can be updated <when>
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
    When annotation "example.com/owner" of the service is set to "team-b"
    Then the service is accepted

    @since-0.15.2 @until-0.15.2
    Examples: The old names before v0.16.0
      | mode          | when       |
      | RawDeployment | in v0.15.2 |
      | Serverless    | in v0.15.2 |

    @since-0.16.0
    Examples: The new name of raw deployments
      | mode     | when          |
      | Standard | since v0.16.0 |

    @since-0.17.0
    Examples: The old name, which the webhook replaces
      | mode          | when          |
      | RawDeployment | since v0.17.0 |

  @rule-mode-standard-until-recorded
  Scenario Outline: The first update of a new service annotated with Knative is <verdict> <when>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {serving.kserve.io/deploymentMode: Knative}}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then the service is accepted
    When annotation "example.com/owner" of the service is set to "team-b"
    Then the service is <verdict>

    @since-0.16.0 @until-0.18.1
    Examples: A status without a mode means nothing
      | verdict  | when           |
      | accepted | before v0.19.0 |

    @since-0.19.0 @until-0.19.0
    Examples: A status without a mode means Standard
      | verdict  | when       |
      | rejected | in v0.19.0 |

    @since-0.20.0
    Examples: A status without a mode means nothing again
      | verdict  | when          |
      | accepted | since v0.20.0 |
