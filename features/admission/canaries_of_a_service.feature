@rule-canaries-valid @extended @since-0.20.0
Feature: The webhook validates the canaries of a service
  Since v0.20.0 a service in raw mode can have canaries: named predictors that get a share of the traffic. A
  canary has a fixed size, so it cannot scale.

  Scenario Outline: Canaries are <answer>: <what>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: <mode>}
      spec:
        predictor:
          name: main
          minReplicas: 2
          model: {modelFormat: {name: sklearn}}
        canary: <canaries>
      """
    Then the service is <answer>

    Examples:
      | what               | mode     | canaries                                                                                                              | answer   |
      | one canary         | Standard | [{trafficPercent: 10, predictor: {name: a, model: {modelFormat: {name: sklearn}}}}]                                    | accepted |
      | two canaries       | Standard | [{trafficPercent: 10, predictor: {name: a, model: {}}}, {trafficPercent: 90, predictor: {name: b, model: {}}}]         | accepted |
      | no traffic         | Standard | [{predictor: {name: a, model: {modelFormat: {name: sklearn}}}}]                                                        | accepted |
      | as many replicas   | Standard | [{trafficPercent: 10, predictor: {name: a, minReplicas: 2, model: {}}}]                                                | accepted |
      | another mode       | Knative  | [{trafficPercent: 10, predictor: {name: a, model: {}}}]                                                                | rejected |
      | too much traffic   | Standard | [{trafficPercent: 101, predictor: {name: a, model: {}}}]                                                               | rejected |

  Scenario Outline: The message about a canary with <what>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: Standard}
      spec:
        predictor:
          name: main
          model: {modelFormat: {name: sklearn}}
        canary:
          - trafficPercent: 60
            predictor: <predictor>
      """
    Then the service is rejected with "<text>"

    Examples:
      | what               | predictor                                                  | text                                                                      |
      | no name            | {model: {}}                                                | canary[0] predictor.name is required                                      |
      | the stable name    | {name: main, model: {}}                                    | conflicts with stable predictor name                                      |
      | no implementation  | {name: a}                                                  | predictor: exactly one of [Name, SKLearn                                  |
      | bad concurrency    | {name: a, model: {}, containerConcurrency: -1}             | predictor: parallelism cannot be less than 0                              |
      | a bad protocol     | {name: a, containers: [{image: own:1, env: [{name: PROTOCOL, value: v3}]}]} | predictor: invalid protocol v1, v2                       |
      | worker nodes       | {name: a, model: {}, workerSpec: {}}                       | must not set workerSpec (multi-node is not yet supported for canary)      |
      | maxReplicas        | {name: a, model: {}, maxReplicas: 1}                       | must not set maxReplicas (canary uses fixed replicas)                     |
      | scaleTarget        | {name: a, model: {}, scaleTarget: 1}                       | must not set scaleTarget (canary uses fixed replicas)                     |
      | scaleMetric        | {name: a, model: {}, scaleMetric: rps}                     | must not set scaleMetric (canary uses fixed replicas)                     |
      | autoScaling        | {name: a, model: {}, autoScaling: {}}                      | must not set autoScaling (canary uses fixed replicas)                     |
      | too many replicas  | {name: a, model: {}, minReplicas: 2}                       | minReplicas (2) must not exceed stable predictor minReplicas (1)          |

  Scenario Outline: The message about canaries together: <what>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: <mode>}
      spec:
        predictor: <predictor>
        canary:
          - {trafficPercent: 60, predictor: {name: a, model: {}}}
          - {trafficPercent: 60, predictor: {name: <name>, model: {}}}
      """
    Then the service is rejected with "<text>"

    Examples:
      | what               | mode     | predictor                       | name | text                                                             |
      | equal names        | Standard | {model: {}}                     | a    | is duplicated                                                    |
      | too much traffic   | Standard | {model: {}}                     | b    | sum of canary trafficPercent values (120) must be <= 100         |
      | another mode       | Knative  | {model: {}}                     | b    | canary is only supported in Standard deployment mode             |
      | no model           | Standard | {containers: [{image: own:1}]}  | b    | canary requires a stable predictor with a model                  |

  @rule-predictor-renamed-with-model
  Scenario: The name of a predictor does not change alone
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          name: first
          model: {modelFormat: {name: sklearn}, storageUri: gs://example/first}
      """
    And the service is updated to
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          name: second
          model: {modelFormat: {name: sklearn}, storageUri: gs://example/first}
      """
    Then the service is rejected with "predictor.name change requires a model change (e.g. storageUri)"

  @rule-predictor-renamed-with-model
  Scenario: The name of a predictor changes with its model
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          name: first
          model: {modelFormat: {name: sklearn}, storageUri: gs://example/first}
      """
    And the service is updated to
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          name: second
          model: {modelFormat: {name: sklearn}, storageUri: gs://example/second}
      """
    Then the service is accepted
