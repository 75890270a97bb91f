@extended
Feature: What a predictor is deployed as
  The controller creates a Deployment or a Knative Service, by the deployment mode of a service. Until v0.15.1 the mode
  can change, and nothing is deleted then, so a service can have both: the former one serves on and is never updated
  again. Since v0.20.0 the name of a predictor is part of the Deployment's.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  @rule-workload-name @needs-workloads
  Scenario Outline: A service in <mode> mode is deployed as one <kind> <when>
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
    And it is deployed as "<kind> <name>"

    @until-0.10.2
    Examples: The name ends with "default"
      | mode          | kind            | name                    | when           |
      | RawDeployment | Deployment      | model-predictor-default | before v0.11.0 |
      | Serverless    | Knative Service | model-predictor-default | before v0.11.0 |

    @since-0.11.0
    Examples: The name is short
      | mode          | kind       | name            | when          |
      | RawDeployment | Deployment | model-predictor | since v0.11.0 |

    @since-0.13.0 @until-0.18.1
    Examples: The name is short; v0.11.0 to v0.12.1 need Serverless as the default mode for it
      | mode       | kind            | name            | when                  |
      | Serverless | Knative Service | model-predictor | from v0.13.0 to v0.18 |

    @since-0.20.0
    Examples: The name is short; v0.19.0 never deploys a new service in this mode
      | mode       | kind            | name            | when          |
      | Serverless | Knative Service | model-predictor | since v0.20.0 |

  @rule-workload-name @needs-workloads @since-0.20.0
  Scenario: The name of a predictor is part of its Deployment's
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {serving.kserve.io/deploymentMode: Standard}}
      spec:
        predictor:
          name: blue
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then the service is accepted
    And it is deployed as "Deployment model-blue-predictor"

  @rule-workload-of-old-name-kept @needs-workloads @since-0.20.0
  Scenario: The Deployment of a predictor that gets another name is replaced
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {serving.kserve.io/deploymentMode: Standard}}
      spec:
        predictor:
          name: blue
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then it is deployed as "Deployment model-blue-predictor"
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {serving.kserve.io/deploymentMode: Standard}}
      spec:
        predictor:
          name: green
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/next
      """
    Then the service is accepted
    And it is deployed as "Deployment model-green-predictor"

  @rule-workload-of-former-mode-kept @needs-workloads @until-0.15.1
  Scenario Outline: After a change from <mode> to <other>, a service has two workloads <when>
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
    When annotation "serving.kserve.io/deploymentMode" of the service is set to "<other>"
    Then it runs on ClusterServingRuntime "model-server"
    And it is deployed as "Deployment <name>, Knative Service <name>"

    @until-0.10.2
    Examples: The name ends with "default"
      | mode          | other         | name                    | when           |
      | RawDeployment | Serverless    | model-predictor-default | before v0.11.0 |
      | Serverless    | RawDeployment | model-predictor-default | before v0.11.0 |

    @since-0.13.0
    Examples: The name is short
      | mode          | other         | name            | when          |
      | RawDeployment | Serverless    | model-predictor | since v0.13.0 |
      | Serverless    | RawDeployment | model-predictor | since v0.13.0 |

  @rule-mode-is-kept @needs-workloads @since-0.15.2
  Scenario: A rejected change of the mode leaves a service with one workload
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {serving.kserve.io/deploymentMode: RawDeployment}}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then it runs on ClusterServingRuntime "model-server"
    When annotation "serving.kserve.io/deploymentMode" of the service is set to "Serverless"
    Then the service is rejected with "deploymentMode cannot be changed"
    And it is deployed as "Deployment model-predictor"

  @rule-unknown-mode-not-deployed @needs-workloads @needs-default-mode @until-0.16.0
  Scenario Outline: Until v0.16.0 a service annotated with an unknown mode is deployed in the default mode as <name>
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
    And it is deployed as "Deployment <name>"

    @until-0.10.2
    Examples: The name ends with "default"
      | name                    |
      | model-predictor-default |

    @since-0.11.0
    Examples: The name is short
      | name            |
      | model-predictor |

  @rule-unknown-mode-not-deployed @needs-workloads @needs-default-mode @since-0.17.0
  Scenario Outline: A service annotated with <mode> as its mode is not deployed where the default is raw
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
    Then the service is accepted
    And it has no workload

    @until-0.18.1
    Examples: Until v0.18, the webhook accepts the controller's first update
      | mode     |
      | standard |

    @since-0.20.0
    Examples: Since v0.20.0, it accepts it again
      | mode    |
      | knative |

  @rule-unknown-mode-not-deployed @needs-workloads @needs-default-mode @since-0.17.0
  Scenario: An unknown mode in the annotations of a predictor counts before the known one of its service
    Given the default deployment mode is "RawDeployment"
    When this service is applied
      """
      metadata: {name: model, namespace: team-a, annotations: {serving.kserve.io/deploymentMode: Standard}}
      spec:
        predictor:
          annotations: {serving.kserve.io/deploymentMode: standard}
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then the service is accepted
    And it has no workload
