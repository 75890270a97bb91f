@rule-webhook-server-defaults @extended @exact-names
Feature: v0.8.0 wrote the environment of MLServer into services, again at each write
  A service that named the runtime kserve-mlserver got MLServer's environment variables from KServe v0.8.0 while it
  was written. They were appended each time, so that every change of the service stored them once more. Since v0.9.0
  nothing of the kind is stored.

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
  Scenario: In v0.8.0 a second write stores them a second time
    # KServe's controller adds its finalizer with a write of its own, which would count too.
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
