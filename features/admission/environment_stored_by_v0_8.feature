@rule-webhook-server-defaults @extended @exact-names
Feature: v0.8.0 stores the environment of MLServer in services, once more with each write
  In KServe v0.8.0 the webhook adds the environment variables of MLServer to a service that names the runtime
  kserve-mlserver. It appends them on each write, so every update of the service stores them once more. Since v0.9.0
  it stores none of them.

  Background:
    Given a ServingRuntime "kserve-mlserver" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  @until-0.8.0
  Scenario: In v0.8.0 the variables are stored
    When a service in namespace "team-a" requests "sklearn" with runtime "kserve-mlserver"
    Then its stored manifest has
      """
      spec:
        predictor:
          model:
            env:
              - name: MLSERVER_MODEL_NAME
                value: model
              - name: MLSERVER_MODEL_URI
                value: /mnt/models
      """

  @until-0.8.0
  Scenario: In v0.8.0 a second write stores them twice
    # KServe's controller adds its finalizer with a write of its own, which would count as well.
    When this service is applied
      """
      apiVersion: serving.kserve.io/v1beta1
      kind: InferenceService
      metadata:
        name: model
        namespace: team-a
        finalizers: [inferenceservice.finalizers]
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            runtime: kserve-mlserver
            storageUri: gs://example/models/model
      """
    And annotation "example.com/touched" of the service is set to "yes"
    Then the count of env "MLSERVER_MODEL_NAME" in its container is 2

  @since-0.9.0
  Scenario: Since v0.9.0 they are not stored
    When a service in namespace "team-a" requests "sklearn" with runtime "kserve-mlserver"
    Then its stored manifest has no "spec.predictor.model.env"
